"""Knows who stands behind a conference or session, and what came of a session. Never who pays for it."""
