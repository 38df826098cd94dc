"""Knows invoices and credit notes: issued once, never changed. Never what is sold."""
