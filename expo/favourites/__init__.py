"""Knows what somebody keeps in mind, without having a seat in it. Never booking, badge or check-in."""
