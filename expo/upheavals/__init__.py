"""Knows how a whole day, venue or conference is cancelled or moved at once, and what that touches. Never how one time is."""
