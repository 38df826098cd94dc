"""What the publishing room does when something changes below it or in it."""

from __future__ import annotations

from functools import partial

from expo.core import news
from expo.core.db import before_commit
from expo.core.stamps import StampRaised

from . import search_index


def listen() -> None:
    news.listen(StampRaised, index_anew)


def index_anew(message: StampRaised) -> None:
    """Whatever raises an expo's stamp may change what is found there. Who raises it holds its row until the commit,
    so of two changes at once the later one sees the earlier."""
    of, _colon, expo_id = message.scope.partition(":")
    if of == "programme":
        before_commit(f"search:{expo_id}", partial(search_index.refresh, int(expo_id)))
