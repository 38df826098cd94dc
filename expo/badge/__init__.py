"""Knows the QR badge: its code, its picture, issue and replacement. Never what it opens."""
