"""Knows organisations: cities, countries, hosts, partners. Never what they come for."""
