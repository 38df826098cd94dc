"""Knows orders and money. Never what is sold."""
