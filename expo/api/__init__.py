"""Knows the same actions as JSON. Never decides a rule."""

from flask import Flask


def init_app(app: Flask) -> None:
    """Open the API."""
