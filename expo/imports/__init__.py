"""Knows programmes in other people's files. Reads them whole, says what is wrong with them, then changes all or nothing."""
