"""What the processes say, on standard error: a line or a JSON object for each event.

Nothing of anybody: who logs leaves names out, and what slips through in other people's messages is taken out here.
Addresses and tokens are masked; of a fault its kind and its way through the code are told, and what it says only
where that is about code.
"""

from __future__ import annotations

import logging.config
import re
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson
import sqlalchemy as sa

from expo import config
from expo.core.logged import masked, request_id

_ADDRESS = re.compile(r"[^\s<>\"'(),;:=\[\]]+@[^\s<>\"'(),;:\[\]]+")
# What these say is about code; parameters of statements are hidden by the engine (core/db.py).
_ABOUT_CODE = (TypeError, AttributeError, NameError, ImportError, sa.exc.StatementError)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def cleaned(text: str) -> str:
    """Without tokens and e-mail addresses."""
    return _ADDRESS.sub("•••@•••", masked(text))


def fault(error: BaseException) -> str:
    """A fault and those behind it: kind, way through the code, and what it says if that is about code."""
    told, seen = [], set()
    one: BaseException | None = error
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        says = f": {one}" if isinstance(one, _ABOUT_CODE) else ""
        told.append("".join(traceback.format_tb(one.__traceback__)) + type(one).__name__ + says)
        one = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
    return cleaned("\nafter\n".join(told))


class Line(logging.Formatter):
    """For whoever stands at the terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        # Made anew each time: another handler may have left its own words on the record.
        record.exc_text = None
        number = request_id.get()
        return cleaned(super().format(record)) + (f" [{number}]" if number else "")

    def formatException(self, ei: Any) -> str:
        return fault(ei[1])


class Structured(logging.Formatter):
    """For whoever collects: one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "says": cleaned(record.getMessage()),
        }
        if number := request_id.get():
            told["request"] = number
        if record.exc_info and record.exc_info[1] is not None:
            told["fault"] = fault(record.exc_info[1])
        return orjson.dumps(told).decode()


def configuration(settings: config.Settings) -> dict[str, Any]:
    """The settings of logging, in the form of its dictConfig."""
    form = settings.log_format or ("line" if settings.demo else "json")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"said": {"()": Structured if form == "json" else Line}},
        "handlers": {"error": {"class": "logging.StreamHandler", "formatter": "said"}},
        "root": {"handlers": ["error"], "level": settings.log_level},
        "loggers": {
            "_granian": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
            "stripe": {"level": "WARNING"},  # it names each request
        },
    }


def configure(settings: config.Settings) -> None:
    """Say what the settings want said, as they want it."""
    logging.config.dictConfig(configuration(settings))
