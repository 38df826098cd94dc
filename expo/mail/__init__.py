"""Knows letters that wait to be sent, and how they leave. Never who writes them or why."""
