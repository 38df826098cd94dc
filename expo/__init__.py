"""Expo: an event platform for a city expo that lasts weeks. Read `expo/app.py` first."""
