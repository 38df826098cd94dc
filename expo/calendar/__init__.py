"""Knows programme and agendas as calendars (RFC 5545). Never who may see them."""
