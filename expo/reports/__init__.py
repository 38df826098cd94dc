"""Knows what organisers count and look up: who is registered, booked and in, and who did what. Never changes anything."""
