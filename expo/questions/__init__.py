"""Knows what a conference asks of those who register, and what they answered: sealed where it is sensitive, deleted on its day. Never who books, never a page."""
