"""Knows whom a move of the timetable would touch, before it is made. Never makes one."""
