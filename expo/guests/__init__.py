"""Knows who is invited to a session that is not for everybody. Never who comes."""
