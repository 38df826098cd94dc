"""Knows how a conference, or a whole expo, becomes another of the same shape. Never copies a person, nor what they did."""
