from __future__ import annotations

import io
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import BinaryIO

import sqlalchemy as sa
from babel.dates import format_date, format_interval
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.badge.models import Badge
from expo.core import audit, clock, jobs, retention
from expo.core.db import db, execute, transaction
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.paper import faces
from expo.programme.models import Conference

from . import cards, papers, queries
from .models import BadgeLayout, Paper, Print, PrintedBadge, PrintState
from .queries import Batch
from .refusals import NothingToPrint

_AT_ONCE = 500  # badges whose rows are in memory together
KEPT = timedelta(days=2)

Say = Callable[[int], object]


def ask(*, batch: Batch, paper: Paper, language: str) -> Print:
    """Have a batch printed: a job makes its file. Raises NothingToPrint."""
    with transaction():
        wanted = queries.count(batch)
        if not wanted:
            raise NothingToPrint(_("No badge is in that choice, so there is nothing to print."))
        asked = _written(batch, paper, language, wanted)
        jobs.add("print_badges", {"print": asked.id})
    return asked


def print_one(*, badge: Badge, conference_id: int | None, paper: Paper, language: str) -> bytes:
    """One badge at a desk, now. It stands in the log like any other."""
    with transaction():
        made_at = clock.now()
        asked = _written(Batch(badge.expo_id, conference_id), paper, language, 1, badge_id=badge.id)
        asked.state, asked.done, asked.ready_at = PrintState.READY, 1, made_at
        db.session.add(PrintedBadge(print_id=asked.id, badge_id=badge.id))
        audit.record("badge_printed", "badge", badge.id, expo_id=badge.expo_id, after={"paper": paper})
        expo = db.session.get_one(Expo, badge.expo_id)
        return pdf_of(expo, badge, paper=paper, language=language, conference_id=conference_id)


def pdf_of(
    expo: Expo, badge: Badge, *, paper: Paper, language: str, conference_id: int | None = None
) -> bytes:
    """A badge as PDF, for whoever it belongs to. Nothing is noted."""
    out = io.BytesIO()
    with force_locale(language):
        sheets = _sheets(out, expo, paper, language, badge.issued_at)
        for card in cards.of(expo.id, [badge.id], language=language, conference_id=conference_id):
            sheets.add(card)
        sheets.close()
    return out.getvalue()


def save_layout(
    *, conference: Conference, paper: Paper, shows_organisation: bool, shows_place: bool, line: str
) -> None:
    """What the badges of a conference show from now on."""
    with transaction():
        found = queries.layout(conference.id)
        if found is None:
            found = BadgeLayout(conference_id=conference.id, expo_id=conference.expo_id)
            db.session.add(found)
        found.paper, found.line = paper, one_line(line)[:120]
        found.shows_organisation, found.shows_place = shows_organisation, shows_place
        audit.record(
            "badge_layout_saved", "conference", conference.id, expo_id=conference.expo_id,
            after={"paper": paper, "organisation": shows_organisation, "place": shows_place, "line": found.line},
        )  # fmt: skip


def print_to(
    out: BinaryIO, *, batch: Batch, paper: Paper, language: str, say: Say = lambda done: None
) -> Print:
    """A batch straight into a file, without a job; for commands. It is in the log when the file is whole.
    Raises NothingToPrint."""
    ids = queries.badge_ids(batch)
    if not ids:
        raise NothingToPrint(_("No badge is in that choice, so there is nothing to print."))
    expo = db.session.get_one(Expo, batch.expo_id)
    missing = _draw(out, expo, ids, paper, language, batch.conference_id, say)
    out.flush()
    with transaction():
        asked = _written(batch, paper, language, len(ids))
        _finish(asked.id, ids, missing)
        execute(sa.update(Print).where(Print.id == asked.id).values(file_gone_at=clock.now()))
    return asked


@jobs.handler("print_badges", lease=timedelta(minutes=10))
def _make(payload: dict[str, int]) -> None:
    """Make the file beside its place, put it there whole, and write down what is in it. Killed anywhere, it begins
    again and nothing is in the log before the file is there."""
    asked = db.session.get(Print, payload["print"])
    if asked is None or asked.state is PrintState.READY:
        return
    number, target = asked.id, queries.file_of(asked)
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(f"{number}.*.part"):
        left.unlink(missing_ok=True)  # of one that was killed
    part = target.with_suffix(f".{secrets.token_hex(4)}.part")
    ids = queries.badge_ids(queries.batch_of(asked))
    expo, paper, language, conference_id = asked.expo, asked.paper, asked.language, asked.conference_id
    _note(number, 0, wanted=len(ids))
    with part.open("wb") as out:
        missing = _draw(out, expo, ids, paper, language, conference_id, lambda done: _note(number, done))
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    with transaction():
        _finish(number, ids, missing)


def _draw(out: BinaryIO, expo: Expo, ids: list[int], paper: Paper, language: str, conference_id: int | None,
          say: Say) -> str:  # fmt: skip
    """All badges of a print, some hundred in memory at a time. Returns the letters that no font has."""
    missing: dict[str, None] = {}
    expo_id = expo.id
    with force_locale(language):
        sheets = _sheets(out, expo, paper, language, clock.now())
        done = 0
        for some in _parts(ids, _AT_ONCE):
            for card in cards.of(expo_id, some, language=language, conference_id=conference_id):
                sheets.add(card)
                missing.update(dict.fromkeys(faces.missing(card.name + card.organisation + card.place)))
            done += len(some)
            say(done)
        sheets.close()
    return "".join(missing)[:200]


def _sheets(out: BinaryIO, expo: Expo, paper: Paper, language: str, made_at: datetime) -> papers.Sheets:
    locale = language.replace("-", "_")
    days = (
        format_date(expo.starts_on, "long", locale=locale)
        if expo.starts_on == expo.ends_on
        else format_interval(expo.starts_on, expo.ends_on, "yMMMMd", locale=locale)
    )
    heading = papers.Heading(expo.name, days.replace(" ", "\u00a0").replace("–", "– "))
    title = _("Badges of %(expo)s", expo=expo.name)
    return papers.Sheets(out, paper=paper, heading=heading, title=title, language=language, made_at=made_at)


def _written(batch: Batch, paper: Paper, language: str, wanted: int, badge_id: int | None = None) -> Print:
    asked = Print(
        expo_id=batch.expo_id, conference_id=batch.conference_id, delegation_id=batch.delegation_id,
        first=one_line(batch.first)[:20], last=one_line(batch.last)[:20], only_new=batch.only_new, badge_id=badge_id,
        paper=paper, language=language, asked_by=audit.actor(), asked_at=clock.now(), state=PrintState.WAITING,
        wanted=wanted, done=0,
    )  # fmt: skip
    db.session.add(asked)
    db.session.flush()
    if badge_id is None:
        audit.record(
            "badges_asked_for", "print", asked.id, expo_id=batch.expo_id,
            after={"conference": batch.conference_id, "count": wanted, "paper": paper},
        )  # fmt: skip
    return asked


def _parts(ids: list[int], size: int) -> Iterator[list[int]]:
    return (ids[at : at + size] for at in range(0, len(ids), size))


def _note(number: int, done: int, *, wanted: int | None = None) -> None:
    with transaction():
        values = {"done": done} if wanted is None else {"done": done, "wanted": wanted}
        execute(sa.update(Print).where(Print.id == number, Print.state == PrintState.WAITING).values(values))


def _finish(number: int, ids: list[int], missing: str) -> None:
    """The file is whole: the log says so, once."""
    finished = execute(
        sa.update(Print)
        .where(Print.id == number, Print.state == PrintState.WAITING)
        .values(state=PrintState.READY, ready_at=clock.now(), wanted=len(ids), done=len(ids), missing=missing)
    )
    if not finished:
        return
    for some in _parts(ids, 1000):
        rows = [{"print_id": number, "badge_id": badge_id} for badge_id in some]
        db.session.execute(sa.insert(PrintedBadge), rows)
    expo_id = db.session.scalar(sa.select(Print.expo_id).where(Print.id == number))
    audit.record("badges_printed", "print", number, expo_id=expo_id, after={"count": len(ids)})


def forget_files(prints: Iterable[Print]) -> int:
    """Remove the files of these prints; the log stays. Inside a transaction."""
    gone = 0
    for one in prints:
        queries.file_of(one).unlink(missing_ok=True)
        one.file_gone_at = clock.now()
        gone += 1
    return gone


@retention.rule("prints", "Files of printed badges; that they were printed stays known", after=KEPT)
def _forget(before: datetime) -> int:
    old = sa.select(Print).where(Print.ready_at < before, Print.file_gone_at.is_(None))
    return forget_files(list(db.session.scalars(old)))
