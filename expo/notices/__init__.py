"""Knows who must be told that something of their agenda changed, and what they have read. Never what changes it."""
