"""Knows the expo itself: its name, dates, city, time zone, languages and look. Never what happens in it."""
