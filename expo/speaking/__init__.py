"""Knows who was asked to speak, what they said and who comes instead. Never where else they may go, nor what others see."""
