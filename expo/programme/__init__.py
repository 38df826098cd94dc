"""Knows what happens where and when: conferences, venues, rooms, sessions, occurrences, and the teams
that own them. Holds the draft; what the public sees is the publishing room's. Never who books."""
