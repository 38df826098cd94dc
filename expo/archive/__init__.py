"""Knows how the public pages of an expo become a folder that works without us. Never what stands on them."""
