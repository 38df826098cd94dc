"""Knows how people found what they attended. Never who may read it, and never shows anybody an answer with its person."""
