"""Knows who came through which door, when: zones, gates, devices, scans. Never payment."""
