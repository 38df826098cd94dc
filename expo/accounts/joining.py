"""Two persons of an expo who are one human: whoever reads the mailbox of both says so, and all that was the one's is
the other's. Nobody is brought together by a name, nor by an address alone: it may speak for several.

A room that keeps something by a person says in its `joining.py` how it goes over (`follows`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import InstrumentedAttribute, aliased

from expo.core import audit, clock
from expo.core.db import db, execute, lock, transaction
from expo.core.personal import ERASED
from expo.core.text import folded

from . import protection, signins
from .models import MailedLink, Person, SignIn
from .refusals import NotOneHuman


@dataclass(frozen=True, slots=True)
class Joining:
    """Who stays, and whose things go over."""

    kept_id: int
    gone_id: int
    expo_id: int


_rooms: dict[str, tuple[int, Callable[[Joining], None]]] = {}


def follows(name: str, act: Callable[[Joining], None], *, order: int = 50) -> None:
    """Say how what a room keeps goes over; inside the transaction, by `order`. A refusal undoes all."""
    _rooms[name] = (order, act)


def pass_on(
    told: Joining,
    column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None],
    *once_per: InstrumentedAttribute[int],
    only: sa.ColumnElement[bool] | None = None,
) -> None:
    """Rows of the one are the other's, but where the other has one of the same already (`once_per`)."""
    table = column.class_
    going = [column == told.gone_id]
    if only is not None:
        going.append(only)
    if once_per:
        other = aliased(table)
        same = [getattr(other, one.key) == one for one in once_per]
        there = sa.exists().where(getattr(other, column.key) == told.kept_id, *same).correlate(table)
        going.append(sa.not_(there))
    execute(sa.update(table).where(*going).values({column.key: told.kept_id}))


def join(*, kept: Person, gone: Person) -> None:
    """All that was `gone`'s is `kept`'s from now on, and nothing says any more who `gone` was. Whoever asks has shown
    that the address of both is theirs. Raises NotOneHuman, and what a room refuses: then nothing happened."""
    with transaction():
        for one in sorted((kept, gone), key=lambda each: each.id):
            lock(one)
        if not _may(kept, gone):
            raise NotOneHuman(_("These two cannot be brought together. Look at My expo again."))
        told = Joining(kept.id, gone.id, kept.expo_id)
        for _name, (_order, act) in sorted(_rooms.items(), key=lambda item: (item[1][0], item[0])):
            act(told)
            db.session.flush()
        _own(told)
        db.session.expire_all()
        audit.forget("person", [told.gone_id])
        audit.record(
            "persons_joined", "person", kept.id, expo_id=kept.expo_id, after={"joined": told.gone_id}
        )


def _may(kept: Person, gone: Person) -> bool:
    return (
        kept.id != gone.id
        and kept.expo_id == gone.expo_id
        and kept.email is not None
        and kept.email == gone.email
        and gone.account_id is None
        and kept.erased_at is None
        and gone.erased_at is None
    )


def _own(told: Joining) -> None:
    """The person's own row, sign-ins and links."""
    signins.end_guests([told.gone_id])
    execute(sa.update(SignIn).where(SignIn.speaks_for_id == told.gone_id).values(speaks_for_id=None))
    pass_on(told, SignIn.person_id)
    pass_on(told, MailedLink.person_id)
    kept, gone = db.session.get_one(Person, told.kept_id), db.session.get_one(Person, told.gone_id)
    calendar, gone.calendar_token_digest = gone.calendar_token_digest, None
    db.session.flush()
    kept.calendar_token_digest = kept.calendar_token_digest or calendar
    for name in ("organisation", "city", "country"):
        if not getattr(kept, name):
            setattr(kept, name, getattr(gone, name))
    kept.email_verified_at = kept.email_verified_at or clock.now()
    if gone.protected_at is not None:  # privacy/joining.py has sealed the other's name by now
        protection.forget(gone)
    gone.name, gone.folded_name = ERASED, folded(ERASED)
    gone.email = gone.email_verified_at = None
    gone.organisation = gone.city = gone.country = ""
    gone.joined_to_id = kept.id
    db.session.flush()
