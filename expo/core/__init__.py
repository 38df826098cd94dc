"""Knows databases, time, money, tokens, refusals, audit and jobs, never anything of an expo."""
