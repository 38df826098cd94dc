"""Knows how badges lie on paper, which were printed, when and by whom. Never what they open."""
