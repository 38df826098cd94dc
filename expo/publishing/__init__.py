"""Knows what the public sees: releases, and the released values of sessions and occurrences.
Never the draft's next move, and never who booked."""
