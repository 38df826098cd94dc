"""Knows which rules a timetable keeps, what is reserved and what a move would break. Never who has booked."""
