"""Knows how the registration desk finds people, and what it keeps beside a registration: tags, notes, filters."""
