"""Knows who speaks: profile and name as shown. Never the programme they speak in."""
