"""Knows what organisers write to many: to whom, in which words, and that nobody gets it twice. Never how letters leave."""
