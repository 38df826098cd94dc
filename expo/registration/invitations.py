"""Invitations to a conference from a list: a voucher and a letter for each, and what became of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from expo.accounts.queries import normal
from expo.core import audit, clock, limits
from expo.core.db import db, execute, lock, note, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.programme.models import Conference

from . import vouchers
from .refusals import VoucherGone
from .voucher_models import Answered, Invitation, Voucher
from .vouchers import Guest, VoucherDraft

MOST = 2000  # in one list
PAUSE = timedelta(days=1)  # nobody is reminded again sooner


@dataclass(frozen=True, slots=True)
class Invitee:
    """One line of a list."""

    email: str
    name: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Invited:
    """How many have a letter now, and who had an open invitation already."""

    sent: int = 0
    already: list[str] = field(default_factory=list)


def invite(
    *,
    conference: Conference,
    terms: VoucherDraft,
    people: Sequence[Invitee],
    list_name: str,
    language: str = "",
    message: str = "",
) -> Invited:
    """Invite them all on the same terms, each by a code of their own, or none. Who has an open invitation to the
    conference is passed over, so that a list sent twice writes to nobody twice. Raises BadInput."""
    if not one_line(list_name):
        raise BadInput(_("Give the list a name, so that you find its answers."), field="list_name")
    if not people or len(people) > MOST:
        raise BadInput(_("Between one and %(most)s addresses at once.", most=MOST), field="people")
    already: list[str] = []
    with transaction():
        lock(conference)  # of two lists at once the second sees what the first has done
        known = _open_addresses(conference.id)
        for one in people:
            email = normal(one.email)
            if email in known:
                already.append(one.email)
                continue
            known.add(email)
            guest = Guest(one.name, one.organisation, language, message, list_name)
            vouchers.create(
                conference=conference,
                draft=replace(terms, for_email=email, code="", max_uses=1, name=one_line(list_name)),
                guest=guest,
            )
        sent = len(people) - len(already)
        audit.record(
            "invitations_sent",
            "conference",
            conference.id,
            expo_id=conference.expo_id,
            after={"list": one_line(list_name), "sent": sent},
        )
    return Invited(sent, already)


def _open_addresses(conference_id: int) -> set[str]:
    """Who has been asked and may still say yes, or has."""
    return set(
        db.session.scalars(
            sa.select(Voucher.for_email)
            .join(Invitation, Invitation.voucher_id == Voucher.id)
            .where(Invitation.conference_id == conference_id, Voucher.ended_at.is_(None))
        )
    )


def of_conference(conference_id: int, *, list_name: str | None = None) -> list[Invitation]:
    """All of them, or those of one list; list by list, by address."""
    wanted = (
        sa.select(Invitation)
        .join(Invitation.voucher)
        .where(Invitation.conference_id == conference_id)
        .options(contains_eager(Invitation.voucher).joinedload(Voucher.ticket_type))
        .order_by(Invitation.list_name, Voucher.for_email)
    )
    if list_name is not None:
        wanted = wanted.where(Invitation.list_name == list_name)
    return list(db.session.scalars(wanted))


def counts(invitations: Sequence[Invitation]) -> dict[str, Counter[Answered]]:
    """How many of each list stand where."""
    found: dict[str, Counter[Answered]] = {}
    for one in invitations:
        found.setdefault(one.list_name, Counter())[one.standing] += 1
    return found


def opened(expo_id: int, code: str, *, who: str) -> Invitation | None:
    """The invitation of this code, noted as opened. Wrong ones are counted: raises TooOften."""
    found = db.session.scalar(
        sa.select(Invitation)
        .join(Invitation.voucher)
        .where(Invitation.expo_id == expo_id, Voucher.code == vouchers.written(code))
        .options(contains_eager(Invitation.voucher).options(joinedload(Voucher.conference)))
    )
    if found is None:
        limits.count("code", who, most=300, within=timedelta(minutes=15))
        return None
    if found.opened_at is None:
        first = sa.update(Invitation).where(Invitation.id == found.id, Invitation.opened_at.is_(None))
        note(first.values(opened_at=clock.now()))
    return found


def decline(*, invitation: Invitation) -> None:
    """Say no: the code gives nothing any more, and a place set aside for it is free. Twice is once. Raises
    VoucherGone once somebody has registered with it."""
    with transaction():
        lock(invitation.voucher)
        if invitation.voucher.uses:
            raise VoucherGone(
                _("You have registered with it already. Withdraw in My expo if you cannot come.")
            )
        declined = execute(
            sa.update(Invitation)
            .where(Invitation.id == invitation.id, Invitation.declined_at.is_(None))
            .values(declined_at=clock.now())
        )
        db.session.refresh(invitation)
        if declined != 1:
            return
        vouchers.end(voucher=invitation.voucher)
        audit.record("invitation_declined", "invitation", invitation.id, expo_id=invitation.expo_id)


def remind(*, conference: Conference, list_name: str) -> int:
    """Write once more to those of a list who have not answered, at most once a day. Returns to how many."""
    with transaction():
        lock(conference)
        some = [
            one
            for one in of_conference(conference.id, list_name=list_name)
            if one.standing in (Answered.SENT, Answered.OPENED)
            and max(one.sent_at, one.reminded_at or one.sent_at) <= clock.now() - PAUSE
            and not (one.voucher.valid_until and one.voucher.valid_until <= clock.now())
        ]
        for one in some:
            one.reminded_at = clock.now()
            vouchers.write(one)
        if some:
            audit.record(
                "invitations_reminded",
                "conference",
                conference.id,
                expo_id=conference.expo_id,
                after={"list": list_name, "sent": len(some)},
            )
    return len(some)
