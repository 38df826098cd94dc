"""Tags: free words by which the sessions of an expo are found. Written small, so that one word is one tag."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core.db import db
from expo.core.refusals import BadInput
from expo.core.text import one_line

from .models import Session

MOST = 12  # of one session
LONGEST = 40


def normal(words: Iterable[str]) -> tuple[str, ...]:
    """The words as they are kept: in small letters, each once, in order."""
    found = (one_line(word).strip("#").strip().casefold() for word in words)
    return tuple(sorted({word for word in found if word}))


def parsed(text: str) -> tuple[str, ...]:
    """Words with commas, semicolons or line ends between them."""
    return normal(re.split(r"[,;\n]", text))


def check(words: Iterable[str]) -> None:
    """Refuse too many, too long ones, and what would be two. Raises BadInput."""
    tags = normal(words)
    if len(tags) > MOST:
        raise BadInput(_("At most %(most)s tags.", most=MOST), field="tags")
    if any(len(tag) > LONGEST or "," in tag or ";" in tag for tag in tags):
        raise BadInput(_("A tag has at most %(most)s letters, and no comma.", most=LONGEST), field="tags")


def of_conferences(conference_ids: Collection[int]) -> Counter[str]:
    """All tags of these conferences' sessions, drafts too, and how often each is used. One query."""
    rows = db.session.scalars(
        sa.select(Session.tags).where(
            Session.conference_id.in_(conference_ids), sa.cast(Session.tags, sa.String) != "[]"
        )
    )
    return Counter(tag for tags in rows for tag in tags)
