"""Giving feedback: one answer per person and time, which may be changed for two weeks."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts.models import Person
from expo.core import clock
from expo.core.db import execute, insert_unless_there, transaction
from expo.core.refusals import BadInput, NotFound
from expo.programme.words import LISTED
from expo.publishing import queries as publishing
from expo.publishing.items import Item

from . import queries
from .models import BEST, Feedback
from .refusals import FeedbackClosed, NotOver, WasNotThere

OPEN_FOR = timedelta(days=14)
LONGEST = 2000  # characters of a comment


def until(item: Item) -> datetime:
    """When the answer can no longer be given or changed."""
    return item.ends_at + OPEN_FOR


def is_open(item: Item) -> bool:
    """Whether there is something to say of it now, whoever asks."""
    return not item.cancelled and item.ends_at <= clock.now() < until(item)


def give(*, person: Person, occurrence_id: int, overall: int, comment: str | None = None) -> Feedback:
    """Keep the person's answer; whoever answers again changes it. Without a comment (None) the one there stays.

    Raises NotFound where the person may not know of it, WasNotThere, NotOver, FeedbackClosed, and BadInput for a
    number that is not 1–5 or a comment of more than 2,000 characters.
    """
    if overall not in range(1, BEST + 1):
        raise BadInput(_("Press one of the numbers, from 1 to 5."), field="overall")
    words = None if comment is None else _clean(comment)
    if words is not None and len(words) > LONGEST:
        raise BadInput(
            _("That is more than %(most)s characters. Please say it in fewer words.", most=LONGEST),
            field="comment",
        )
    with transaction():
        item = of(person, occurrence_id)
        require_open(item)
        now = clock.now()
        # The insert decides, so that two presses at once are one answer; the second one changes it.
        new = insert_unless_there(
            Feedback, expo_id=item.expo_id, person_id=person.id, occurrence_id=occurrence_id,
            overall=overall, comment=words or "", given_at=now, changed_at=now,
        )  # fmt: skip
        if new is None:
            changes = {"overall": overall, "changed_at": now} | ({} if words is None else {"comment": words})
            mine = (Feedback.person_id == person.id, Feedback.occurrence_id == occurrence_id)
            execute(sa.update(Feedback).where(*mine).values(**changes))
    return queries.given(person.id, [occurrence_id])[occurrence_id]


def of(person: Person, occurrence_id: int) -> Item:
    """The released time that the person may give feedback on. Raises NotFound, or WasNotThere where they may know of
    it all the same."""
    item = publishing.item(person.expo_id, occurrence_id)
    if item is None:
        raise NotFound(_("There is no such session."))
    if occurrence_id not in queries.attended(person.id, [occurrence_id]):
        if item.visibility not in LISTED:
            raise NotFound(_("There is no such session."))
        raise WasNotThere(_("Only those who had a seat there, or were let in, are asked how it was."))
    return item


def require_open(item: Item) -> None:
    if item.cancelled:
        raise FeedbackClosed(_("This session was cancelled, so there is nothing to say of it."))
    if item.ends_at > clock.now():
        raise NotOver(_("This session is not over yet. Come back when it has ended."))
    if clock.now() >= until(item):
        raise FeedbackClosed(_("Feedback on this session is closed: it ended more than two weeks ago."))


def _clean(text: str) -> str:
    """Without control characters other than line ends."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(sign for sign in lines if sign == "\n" or unicodedata.category(sign) != "Cc")
    return unicodedata.normalize("NFC", kept).strip()
