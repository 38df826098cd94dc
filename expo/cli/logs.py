"""What the processes say, on standard error: for the journal, or for whoever stands at the terminal."""

from __future__ import annotations

import logging.config
from typing import Any


def configuration(level: str) -> dict[str, Any]:
    """One line an event, without names, addresses or tokens: who logs has to leave those out."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
        "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["error"], "level": level},
        "loggers": {
            "_granian": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},  # it names each request
        },
    }


def configure(level: str) -> None:
    """Say what is said at this level and above."""
    logging.config.dictConfig(configuration(level))
