"""Contributions inside a session, as JSON holds them: each with its own speaker, minutes, text and file."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import texts
from .drafts import Contribution

MOST = 60
LONGEST = 600  # minutes


def check(contributions: tuple[Contribution, ...]) -> None:
    """Refuse what cannot be meant. Raises BadInput."""
    if len(contributions) > MOST:
        raise BadInput(_("At most %(most)s contributions.", most=MOST), field="contributions")
    for one in contributions:
        if not 0 < len(one_line(one.title)) <= 250:
            raise BadInput(_("A contribution has a title of 1 to 250 letters."), field="title")
        if one.minutes is not None and not 1 <= one.minutes <= LONGEST:
            raise BadInput(
                _("A whole number from %(min)s to %(max)s, please.", min=1, max=LONGEST), field="minutes"
            )
        if len(one.text) > texts.LONGEST_NOTE * 4:
            raise BadInput(_("At most %(most)s letters, please.", most=texts.LONGEST_NOTE * 4), field="text")
        if one.url:
            texts.check_link(one.url)


def written(contributions: tuple[Contribution, ...]) -> list[dict[str, Any]]:
    """As the column keeps them."""
    return [
        texts.filed({**asdict(one), "title": one_line(one.title), "text": one.text.strip()}, one.file)
        for one in contributions
    ]


def read(kept: list[dict[str, Any]]) -> tuple[Contribution, ...]:
    """As drafts say them."""
    return tuple(Contribution(**{**one, "file": texts.file_of(one)}) for one in kept)
