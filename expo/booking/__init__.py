"""Knows a delegate's seat in an occurrence. Never badge or check-in."""
