"""Knows how people found what they attended. Never tells anybody whose answer it is."""
