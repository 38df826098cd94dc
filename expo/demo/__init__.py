"""Knows the demo: its people, gates and clock. Nothing here runs in production."""
