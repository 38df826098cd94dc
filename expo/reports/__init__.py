"""Knows counts for organisers. Never changes anything."""
