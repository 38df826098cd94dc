"""Knows programmes as they travel between systems: frab, pretalx, iCalendar, sheets, in and out. Never publishes."""
