"""Knows how words of any script come to lie on a PDF page, and which fonts have them. Never what they say."""
