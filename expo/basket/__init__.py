"""Knows places held for somebody who fills in a form, and the waiting list for tickets. Never booking or badge."""
