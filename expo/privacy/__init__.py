"""Knows what the expo knows of a person: tells it to them, and erases it. Never what it is for."""
