"""Vouchers: what a code makes cheaper or possible, counted in the transaction of the order that uses it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts.models import Person
from expo.accounts.queries import normal
from expo.capacity import pools
from expo.capacity.refusals import PoolFull
from expo.core import audit, clock, tokens
from expo.core.db import add_unless_there, db, execute, lock, transaction
from expo.core.money import Money
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.mail import outbox
from expo.programme.models import Conference

from .models import Registration, TicketType
from .refusals import CodeRefused, TicketsGone, VoucherGone
from .voucher_models import Invitation, Voucher, VoucherUse

SHORTEST_CODE = 6


@dataclass(frozen=True, slots=True)
class VoucherDraft:
    """A voucher: so many per cent, or an amount in the currency of its conference. `reserve` places are set aside."""

    name: str = ""
    code: str = ""
    ticket_type_id: int | None = None
    percent: int = 0
    amount_minor: int = 0
    max_uses: int | None = 1
    budget_minor: int | None = None
    for_email: str = ""
    for_domain: str = ""
    skips_approval: bool = False
    opens_hidden: bool = False
    valid_until: datetime | None = None


def written(code: str) -> str:
    """A code as it is kept: however it was typed."""
    return "".join(one_line(code).upper().split())[:40]


def by_code(expo_id: int, code: str) -> Voucher | None:
    """The voucher with this code, ended or not."""
    return db.session.scalar(
        sa.select(Voucher).where(Voucher.expo_id == expo_id, Voucher.code == written(code))
    )


def of_conference(conference_id: int) -> list[Voucher]:
    """All vouchers of a conference, the newest first."""
    return list(
        db.session.scalars(
            sa.select(Voucher)
            .where(Voucher.conference_id == conference_id)
            .options(joinedload(Voucher.ticket_type), joinedload(Voucher.reserve))
            .order_by(Voucher.id.desc())
        )
    )


def voucher(conference_id: int, voucher_id: int) -> Voucher | None:
    return db.session.scalar(
        sa.select(Voucher).where(Voucher.conference_id == conference_id, Voucher.id == voucher_id)
    )


def fits(voucher: Voucher, ticket_type: TicketType) -> bool:
    """Whether the voucher is for this ticket type."""
    return ticket_type.conference_id == voucher.conference_id and voucher.ticket_type_id in (
        None,
        ticket_type.id,
    )


def opens(ticket_type: TicketType, code: str, voucher: Voucher | None) -> bool:
    """Whether a hidden ticket type shows itself to whoever typed this code, which may be that of the voucher."""
    if (
        voucher is not None
        and voucher.opens_hidden
        and voucher.ended_at is None
        and fits(voucher, ticket_type)
    ):
        return True
    return bool(ticket_type.code) and written(code) == ticket_type.code


def check(voucher: Voucher, person: Person) -> None:
    """Refuse, with the reason, a voucher that this person cannot use now. Raises CodeRefused, VoucherGone."""
    if voucher.ended_at is not None or (voucher.valid_until and clock.now() >= voucher.valid_until):
        raise VoucherGone(_("This code is not valid any more."))
    if voucher.max_uses is not None and voucher.uses >= voucher.max_uses:
        raise VoucherGone(_("This code has been used already."))
    check_address(voucher, person)


def check_address(voucher: Voucher, person: Person) -> None:
    """Raises CodeRefused where the voucher is for another address than this person's."""
    email = normal(person.email) if person.email else ""
    if (voucher.for_email and email != voucher.for_email) or (
        voucher.for_domain and email.rpartition("@")[2] != voucher.for_domain
    ):
        raise CodeRefused(_("This code is for another e-mail address."), field="code")


def discount(voucher: Voucher, price: Money) -> int:
    """How much of the price the voucher takes over, in minor units."""
    return min(price.minor, voucher.amount_minor + price.minor * voucher.percent // 100)


def use(*, voucher: Voucher, registration: Registration, amount_minor: int) -> None:
    """Count one use: one statement checks and counts, in the transaction of the order. Raises VoucherGone."""
    counted = execute(
        sa.update(Voucher)
        .where(
            Voucher.id == voucher.id,
            Voucher.ended_at.is_(None),
            sa.or_(Voucher.max_uses.is_(None), Voucher.uses < Voucher.max_uses),
            sa.or_(
                Voucher.budget_minor.is_(None), Voucher.spent_minor + amount_minor <= Voucher.budget_minor
            ),
        )
        .values(uses=Voucher.uses + 1, spent_minor=Voucher.spent_minor + amount_minor)
    )
    db.session.refresh(voucher)
    if counted != 1:
        raise VoucherGone(_("This code has been used already, or has nothing left to give."))
    db.session.add(
        VoucherUse(
            expo_id=voucher.expo_id,
            voucher_id=voucher.id,
            registration_id=registration.id,
            amount_minor=amount_minor,
            used_at=clock.now(),
        )
    )
    audit.record(
        "voucher_used",
        "voucher",
        voucher.id,
        expo_id=voucher.expo_id,
        after={"registration": registration.id, "amount": amount_minor},
    )


def lessen(registration: Registration, amount_minor: int) -> None:
    """The use of this registration gives only so much from now on. Whoever calls holds the registration."""
    used = db.session.scalar(
        sa.select(VoucherUse).where(
            VoucherUse.registration_id == registration.id, VoucherUse.undone_at.is_(None)
        )
    )
    if used is None or used.amount_minor <= amount_minor:
        return
    less = used.amount_minor - amount_minor
    used.amount_minor = amount_minor
    db.session.flush()
    execute(
        sa.update(Voucher).where(Voucher.id == used.voucher_id).values(spent_minor=Voucher.spent_minor - less)
    )
    found = db.session.get_one(Voucher, used.voucher_id)
    db.session.refresh(found)
    audit.record(
        "voucher_used",
        "voucher",
        found.id,
        expo_id=found.expo_id,
        after={"registration": registration.id, "amount": amount_minor},
    )


def undo(registration: Registration) -> None:
    """Give back the use of a registration that has ended, exactly once; its place is given back before."""
    used = db.session.scalar(
        sa.select(VoucherUse).where(
            VoucherUse.registration_id == registration.id, VoucherUse.undone_at.is_(None)
        )
    )
    if used is None:
        return
    undone = execute(
        sa.update(VoucherUse)
        .where(VoucherUse.id == used.id, VoucherUse.undone_at.is_(None))
        .values(undone_at=clock.now())
    )
    if undone != 1:
        return
    execute(
        sa.update(Voucher)
        .where(Voucher.id == used.voucher_id)
        .values(uses=Voucher.uses - 1, spent_minor=Voucher.spent_minor - used.amount_minor)
    )
    found = db.session.get_one(Voucher, used.voucher_id)
    db.session.refresh(found)
    if found.ended_at is not None and found.reserve_id is not None:
        pools.dissolve(found.reserve_id)
    audit.record("voucher_given_back", "voucher", found.id, expo_id=found.expo_id)


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom an invitation goes to, besides the address, and what the hosts write; `language` "" is the expo's first."""

    name: str = ""
    organisation: str = ""
    language: str = ""
    message: str = ""
    list_name: str = ""


def create(
    *, conference: Conference, draft: VoucherDraft, reserve: int = 0, guest: Guest | None = None
) -> Voucher:
    """Make a voucher, and set its places aside. Without a code it gets one that nobody guesses. One for an address is
    an invitation, and mailed there.

    Raises BadInput, TicketsGone where there are not that many places.
    """
    code = written(draft.code) or tokens.code(10)
    _check(conference, draft, code, reserve)
    with transaction():
        values = asdict(draft) | {
            "name": one_line(draft.name),
            "code": code,
            "for_email": normal(draft.for_email) if draft.for_email else "",
            "for_domain": draft.for_domain.strip().lstrip("@").lower(),
        }
        found = Voucher(
            expo_id=conference.expo_id,
            conference_id=conference.id,
            uses=0,
            spent_minor=0,
            created_at=clock.now(),
            **values,
        )
        if reserve:
            kind = db.session.get_one(TicketType, draft.ticket_type_id)
            try:
                found.reserve_id = pools.carve(kind.pool_id, reserve).id
            except PoolFull as full:
                raise TicketsGone(
                    _("There are not that many places left to set aside."), field="reserve"
                ) from full
        if not add_unless_there(found):
            raise BadInput(_("This code is in use already."), field="code")
        audit.record(
            "voucher_created",
            "voucher",
            found.id,
            expo_id=conference.expo_id,
            after={
                "percent": draft.percent,
                "amount": draft.amount_minor,
                "max_uses": draft.max_uses,
                "reserve": reserve,
            },
            personal={"for_email": found.for_email} if found.for_email else None,
        )
        if found.for_email:
            _invite(found, guest or Guest())
    return found


def end(*, voucher: Voucher) -> None:
    """Let the voucher give nothing any more; places set aside for it and not taken go back. Twice is once."""
    with transaction():
        lock(voucher)
        if voucher.ended_at is not None:
            return
        voucher.ended_at = clock.now()
        db.session.flush()
        if voucher.reserve_id is not None:
            pools.dissolve(voucher.reserve_id)
        audit.record("voucher_ended", "voucher", voucher.id, expo_id=voucher.expo_id)


def _check(conference: Conference, draft: VoucherDraft, code: str, reserve: int) -> None:
    if len(code) < SHORTEST_CODE:
        raise BadInput(
            _("Take at least %(n)s letters, so that nobody guesses it.", n=SHORTEST_CODE), field="code"
        )
    if not 0 <= draft.percent <= 100:
        raise BadInput(_("Between 0 and 100 per cent, please."), field="percent")
    if draft.amount_minor < 0 or (draft.budget_minor or 0) < 0:
        raise BadInput(_("Amounts are not negative."), field="amount")
    if draft.percent and draft.amount_minor:
        raise BadInput(_("Either per cent or an amount, not both."), field="percent")
    if draft.max_uses is not None and draft.max_uses < 1:
        raise BadInput(_("At least one use, or no limit."), field="max_uses")
    if draft.ticket_type_id is not None:
        kind = db.session.get(TicketType, draft.ticket_type_id)
        if kind is None or kind.conference_id != conference.id:
            raise BadInput(_("Choose a ticket of this conference."), field="ticket_type")
    if reserve < 0 or (reserve and draft.ticket_type_id is None):
        raise BadInput(_("Places are set aside of one ticket: choose which."), field="reserve")


def _invite(found: Voucher, guest: Guest) -> None:
    invitation = Invitation(
        expo_id=found.expo_id,
        conference_id=found.conference_id,
        voucher_id=found.id,
        list_name=one_line(guest.list_name)[:120],
        name=one_line(guest.name)[:200],
        organisation=one_line(guest.organisation)[:200],
        language=guest.language or found.conference.expo.languages.split()[0],
        message=guest.message,
        sent_at=clock.now(),
    )
    db.session.add(invitation)
    db.session.flush()
    write(invitation)


def write(invitation: Invitation) -> None:
    """The letter of an invitation, in a transaction; also once more."""
    found, language = invitation.voucher, invitation.language
    outbox.queue(
        "registration_invitation",
        to=found.for_email,
        language=language,
        expo_id=found.expo_id,
        name=invitation.name,
        conference=found.conference.title_in(language)[0],
        ticket=found.ticket_type.name if found.ticket_type else "",
        message=invitation.message,
        code=found.code,
        valid_until=found.valid_until,
    )
