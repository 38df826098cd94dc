from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.badge.models import Badge, BadgeState
from expo.core.db import db
from expo.core.text import folded
from expo.delegations import queries as delegations
from expo.delegations.models import LIVE, Nominee
from expo.registration.models import Registration, RegistrationState

from .models import BadgeLayout, Paper, Print, PrintedBadge

SHOWN = 50


@dataclass(frozen=True, slots=True)
class Batch:
    """Which badges are meant: live ones of a conference (or of all of the expo), of a delegation, of names from a letter
    to another, of those that were never printed."""

    expo_id: int
    conference_id: int | None = None
    delegation_id: int | None = None
    first: str = ""
    last: str = ""
    only_new: bool = False


def batch_of(asked: Print) -> Batch:
    return Batch(
        asked.expo_id, asked.conference_id, asked.delegation_id, asked.first, asked.last, asked.only_new
    )


def badge_ids(batch: Batch) -> list[int]:
    """The badges of a batch by name; those without a person last."""
    found = (
        sa.select(Badge.id)
        .outerjoin(Person, Badge.person_id == Person.id)
        .where(*_meant(batch))
        .order_by(Badge.person_id.is_(None), Person.folded_name, Badge.label, Badge.id)
    )
    return list(db.session.scalars(found))


def count(batch: Batch) -> int:
    """How many badges are in it."""
    found = sa.select(sa.func.count()).select_from(Badge).outerjoin(Person, Badge.person_id == Person.id)
    return db.session.scalar(found.where(*_meant(batch))) or 0


def _meant(batch: Batch) -> Iterable[sa.ColumnElement[bool]]:
    yield Badge.expo_id == batch.expo_id
    yield Badge.state == BadgeState.ACTIVE
    holder = sa.or_(Registration.person_id == Badge.person_id, Registration.id == Badge.registration_id)
    confirmed = sa.select(Registration.id).where(
        holder, Registration.expo_id == batch.expo_id, Registration.state == RegistrationState.CONFIRMED
    )
    if batch.conference_id is not None:
        confirmed = confirmed.where(Registration.conference_id == batch.conference_id)
    yield confirmed.correlate(Badge).exists()
    if batch.delegation_id is not None:
        sent = sa.select(Nominee.person_id).where(
            Nominee.delegation_id == batch.delegation_id,
            Nominee.state.in_(LIVE),
            Nominee.person_id.is_not(None),
        )
        yield Badge.person_id.in_(sent)
    if first := folded(batch.first):
        yield sa.func.substr(Person.folded_name, 1, len(first)) >= first
    if last := folded(batch.last):
        yield sa.func.substr(Person.folded_name, 1, len(last)) <= last
    if batch.only_new:
        yield (
            sa.select(PrintedBadge.badge_id)
            .where(PrintedBadge.badge_id == Badge.id)
            .correlate(Badge)
            .exists()
            == sa.false()
        )


def prints(expo_id: int, conference_ids: list[int] | None) -> list[Print]:
    """The log, newest first: of these conferences, or of the whole expo."""
    found = (
        sa.select(Print)
        .options(joinedload(Print.conference), joinedload(Print.delegation))
        .where(Print.expo_id == expo_id)
        .order_by(Print.id.desc())
        .limit(SHOWN)
    )
    if conference_ids is not None:
        found = found.where(Print.conference_id.in_(conference_ids))
    return list(db.session.scalars(found))


def print_of(expo_id: int, number: int, conference_ids: list[int] | None) -> Print | None:
    """One of them."""
    found = db.session.get(Print, number)
    if found is None or found.expo_id != expo_id:
        return None
    return found if conference_ids is None or found.conference_id in conference_ids else None


def times_printed(badge_id: int) -> list[Print]:
    """When a badge was printed, newest first."""
    return list(
        db.session.scalars(
            sa.select(Print)
            .join(PrintedBadge, PrintedBadge.print_id == Print.id)
            .where(PrintedBadge.badge_id == badge_id)
            .order_by(Print.id.desc())
        )
    )


def how_often(badges: Iterable[Badge]) -> dict[int, int]:
    """How often each of these was printed; those that never were are left out."""
    counted = (
        sa.select(PrintedBadge.badge_id, sa.func.count())
        .where(PrintedBadge.badge_id.in_([one.id for one in badges]))
        .group_by(PrintedBadge.badge_id)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}


def layout(conference_id: int) -> BadgeLayout | None:
    return db.session.get(BadgeLayout, conference_id)


def paper_for(conference_id: int | None) -> Paper:
    """What the conference's badges are printed on."""
    found = layout(conference_id) if conference_id else None
    return found.paper if found else Paper.A6


def delegations_of(expo_id: int, conference_ids: list[int]) -> list[tuple[int, str]]:
    """Delegations whose badges can be printed together."""
    return [(one.id, one.name) for one in delegations.open_ones(expo_id, conference_ids)]


def folder() -> Path:
    """Where the files of prints lie."""
    return Path(current_app.config["EXPO"].var).absolute() / "prints"


def file_of(asked: Print) -> Path:
    return folder() / f"{asked.id}.pdf"
