"""Knows what was lent on a badge: headsets, lockers, wheelchairs; out, back, overdue. Never whom doors let in."""
