"""Knows who else is told by machine when something happens, and how: thin, signed, again until it is taken. Never what follows from it."""
