"""Knows counted places: pools that never hold more than they can. Never what the places are."""
