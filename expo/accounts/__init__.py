"""Knows people: accounts, persons of an expo, sign-ins and tokens. Never what they may do or come for."""
