"""Knows delegations: who may nominate how many, and whom they nominated. Never badge, booking or favourites."""
