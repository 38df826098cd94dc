"""The waiting list for tickets: in the order in which people came; an offer really holds its places."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts.queries import normal
from expo.capacity import pools
from expo.capacity.holders import holder
from expo.capacity.models import Pool
from expo.capacity.news import PlacesFreed
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock, jobs, news, tokens
from expo.core.db import add_unless_there, before_commit, db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.mail import outbox
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration.models import TicketType
from expo.registration.refusals import NotOnSale
from expo.registration.submitting import Newcomer, Submitted, check_sale

from .models import Waiting, WaitState
from .refusals import OfferOver, StillPlaces, WaitsAlready

MOST_PARTY = 20
_LIVE = (WaitState.WAITING, WaitState.OFFERED)


def listen() -> None:
    # Whatever gives places back: those who wait get them before anybody else can.
    news.listen(PlacesFreed, lambda _freed: before_commit("waiting.promote", promote))


def join(
    *, ticket_type: TicketType, name: str, email: str, language: str, party: int = 1
) -> tuple[Waiting, str]:
    """Wait for so many places of a ticket type that is full. Returns the place on the list and its secret.

    Raises BadInput, NotOnSale, StillPlaces, WaitsAlready.
    """
    if not 1 <= party <= MOST_PARTY:
        raise BadInput(_("Between 1 and %(most)s people, please.", most=MOST_PARTY), field="party")
    seed = secrets.token_bytes(32)
    secret = tokens.derived("offer", seed)
    with transaction():
        if ticket_type.is_hidden or ticket_type.needs_approval:
            raise NotOnSale(_("There is no waiting list for %(ticket)s.", ticket=ticket_type.name))
        check_sale(ticket_type)
        # Whoever gives a place back waits for this, and then sees who waits; or was before, and there is room.
        chain = pools.chain(ticket_type.pool_id)
        db.session.execute(sa.select(Pool.id).where(Pool.id.in_(chain)).order_by(Pool.id).with_for_update())
        left = pools.left([ticket_type.pool_id])[ticket_type.pool_id]
        if left is None or left >= party:
            raise StillPlaces(_("There are places left: register, and you have one."))
        entry = Waiting(
            expo_id=ticket_type.expo_id,
            ticket_type_id=ticket_type.id,
            name=one_line(name)[:200],
            email=normal(email),
            language=language,
            party=party,
            state=WaitState.WAITING,
            seed=seed,
            secret_digest=tokens.digest(secret),
            created_at=clock.now(),
        )
        if not add_unless_there(entry):
            raise WaitsAlready(_("This address is on the list already. The letter has your link."))
        audit.record(
            "waits",
            "waiting",
            entry.id,
            expo_id=entry.expo_id,
            after={"party": party, "ticket_type": ticket_type.slug},
        )
        _write(entry, "waiting_joined", secret=secret)
    return entry, secret


def tell_again(*, ticket_type: TicketType, email: str) -> None:
    """The letter of whoever waits with this address already, once more: only they learn that they do."""
    entry = db.session.scalar(
        sa.select(Waiting).where(
            Waiting.ticket_type_id == ticket_type.id,
            Waiting.email == normal(email),
            Waiting.state.in_((WaitState.WAITING, WaitState.OFFERED)),
        )
    )
    if entry is not None:
        with transaction():
            _write(entry, "waiting_joined", secret=tokens.derived("offer", entry.seed))


def by_secret(expo_id: int, secret: str) -> Waiting | None:
    return db.session.scalar(
        sa.select(Waiting)
        .where(Waiting.expo_id == expo_id, Waiting.secret_digest == tokens.digest(secret))
        .options(joinedload(Waiting.ticket_type).joinedload(TicketType.conference))
    )


def position(entry: Waiting) -> int:
    """The how manieth one is, from 1."""
    ahead = sa.select(sa.func.count()).where(
        Waiting.ticket_type_id == entry.ticket_type_id,
        Waiting.state == WaitState.WAITING,
        Waiting.id < entry.id,
    )
    return 1 + (db.session.scalar(ahead) or 0)


def lengths(ticket_type_ids: list[int]) -> dict[int, int]:
    """How many wait for each type."""
    rows = db.session.execute(
        sa.select(Waiting.ticket_type_id, sa.func.count())
        .where(Waiting.ticket_type_id.in_(ticket_type_ids), Waiting.state == WaitState.WAITING)
        .group_by(Waiting.ticket_type_id)
    )
    return {row[0]: row[1] for row in rows}


def promote() -> None:
    """Offer what is free to those who wait: whoever came first and whose party fits. Inside the transaction that
    frees the places, at its end."""
    kinds = db.session.scalars(
        sa.select(TicketType)
        .where(
            TicketType.id.in_(
                sa.select(Waiting.ticket_type_id).where(Waiting.state == WaitState.WAITING).distinct()
            )
        )
        .options(joinedload(TicketType.conference))
    ).all()
    if not kinds:
        return
    pool_ids = [kind.pool_id for kind in kinds]
    left = pools.left(pool_ids)
    entries = db.session.scalars(
        sa.select(Waiting)
        .where(
            Waiting.state == WaitState.WAITING,
            Waiting.ticket_type_id.in_(
                [kind.id for kind in kinds if left[kind.pool_id] != 0 and on_sale(kind)]
            ),
        )
        .options(joinedload(Waiting.ticket_type).joinedload(TicketType.conference))
        .order_by(Waiting.id)
    ).all()
    for entry in entries:
        free = left[entry.ticket_type.pool_id]
        if free is None or free >= entry.party:
            _offer(entry)
            left = pools.left(pool_ids)


def on_sale(ticket_type: TicketType) -> bool:
    try:
        check_sale(ticket_type)
    except NotOnSale:
        return False
    return True


def accept(*, entry: Waiting, people: list[Newcomer]) -> Submitted:
    """Take the offered places: one registration for each of these people, at most as many as were offered.

    Places that nobody is named for go to the next in line; so do all of them where organisers decide by now: then a
    place is taken when they have. Raises OfferOver, BadInput and what submitting does.
    """
    if not 1 <= len(people) <= entry.party:
        raise BadInput(_("Name at least one person."), field="name")
    kind = entry.ticket_type
    with transaction():
        lock(entry)
        if (
            entry.state is not WaitState.OFFERED
            or entry.offer_until is None
            or entry.offer_until <= clock.now()
        ):
            raise OfferOver(_("This offer has ended. The place has gone to the next in line."))
        if not _step(entry, WaitState.TAKEN, (WaitState.OFFERED,)):
            raise OfferOver(_("This offer was answered already."))
        held = () if kind.needs_approval else (kind.id,)
        made = [
            registrations.submit(ticket_types=[kind], newcomer=newcomer, hand_over=lambda: held)
            for newcomer in people
        ]
        entry.order_code = made[0].order.code
        db.session.flush()
        if over := entry.party - len(people) * len(held):
            pools.give_back([kind.pool_id], over)
    return made[0]


def decline(*, entry: Waiting) -> None:
    """Do not want it any more: the offer goes to the next in line. Twice is once. Raises OfferOver."""
    with transaction():
        lock(entry)
        if entry.state is WaitState.OFFERED:
            if _step(entry, WaitState.DECLINED, (WaitState.OFFERED,)):
                pools.give_back([entry.ticket_type.pool_id], entry.party)
        elif entry.state is WaitState.WAITING:
            _step(entry, WaitState.LEFT, (WaitState.WAITING,))
        elif entry.state is WaitState.TAKEN:
            raise OfferOver(_("This offer was answered already."))


def _offer(entry: Waiting) -> None:
    hours = current_app.config["EXPO"].offer_hours
    until = clock.now() + timedelta(hours=hours)
    if entry.ticket_type.sale_until:
        until = min(until, entry.ticket_type.sale_until)
    try:
        with db.session.begin_nested():  # somebody else may have been quicker
            pools.take([entry.ticket_type.pool_id], entry.party)
            if not _step(entry, WaitState.OFFERED, (WaitState.WAITING,), offer_until=until):
                raise PoolFull(_("No places are left."))
    except PoolFull:
        return
    secret = tokens.derived("offer", entry.seed)
    if tokens.digest(secret) == entry.secret_digest:  # not so after the key was changed
        _write(entry, "ticket_offer", secret=secret)
    jobs.add("offer_over", {"waiting": entry.id}, at=until, key=f"offer:{entry.id}")


def _step(entry: Waiting, to: WaitState, allowed: tuple[WaitState, ...], **values: Any) -> bool:
    before = entry.state
    stepped = execute(
        sa.update(Waiting)
        .where(Waiting.id == entry.id, Waiting.state.in_(allowed))
        .values(state=to, **values)
    )
    db.session.refresh(entry)
    if stepped == 1:
        audit.record(
            "waiting_" + to.value,
            "waiting",
            entry.id,
            expo_id=entry.expo_id,
            before={"state": before.value},
            after={"state": to.value},
        )
    return stepped == 1


@jobs.handler("offer_over")
def _when_over(payload: dict[str, Any]) -> None:
    with transaction():
        entry = db.session.get_one(Waiting, payload["waiting"])
        lock(entry)
        due = entry.offer_until is not None and entry.offer_until <= clock.now()
        if due and _step(entry, WaitState.LAPSED, (WaitState.OFFERED,)):
            pools.give_back([entry.ticket_type.pool_id], entry.party)
            _write(entry, "offer_lapsed")


def _write(entry: Waiting, letter: str, secret: str | None = None) -> None:
    outbox.queue(
        letter,
        to=entry.email,
        language=entry.language,
        expo_id=entry.expo_id,
        name=entry.name,
        ticket=entry.ticket_type.name,
        conference=entry.ticket_type.conference.title,
        party=entry.party,
        until=entry.offer_until,
        secret=secret,
    )


@holder
def _held() -> sa.Select[int, int]:
    return (
        sa.select(TicketType.pool_id, sa.func.sum(Waiting.party))
        .join(TicketType, Waiting.ticket_type_id == TicketType.id)
        .where(Waiting.state == WaitState.OFFERED)
        .group_by(TicketType.pool_id)
    )


def on_list(conference_id: int) -> list[Waiting]:
    """Who waits for tickets of a conference, or has an offer, in their order."""
    return list(
        db.session.scalars(
            sa.select(Waiting)
            .where(
                Waiting.ticket_type_id.in_([kind.id for kind in tickets.every_of(conference_id)]),
                Waiting.state.in_(_LIVE),
            )
            .options(joinedload(Waiting.ticket_type))
            .order_by(Waiting.id)
        )
    )
