from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from expo.core import clock
from expo.core.db import db

Asked = list[str]


@pytest.fixture
def statements(app) -> Callable[..., object]:
    """Collects what is asked of the database within a block."""

    @contextmanager
    def collect() -> Iterator[Asked]:
        asked: Asked = []

        def note(_connection, _cursor, statement, *_rest) -> None:
            if statement != "BEGIN":
                asked.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield asked
        finally:
            event.remove(db.engine, "before_cursor_execute", note)

    return collect


@pytest.fixture
def at(app) -> Callable[..., None]:
    """Lets the expo's clock show a moment; the world's goes on."""

    def show(moment) -> None:
        clock._offset = moment - clock.real_now()

    return show
