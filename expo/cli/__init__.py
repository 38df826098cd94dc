"""Knows the same actions as commands. Never decides a rule."""
