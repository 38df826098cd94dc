"""Inviting people to a session that is not for everybody, taking it back, and coming by code or link."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.accounts import queries as accounts
from expo.accounts.models import Person
from expo.core import audit, clock, limits, stamps, tokens
from expo.core.db import add_unless_there, db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.delegations.models import Delegation
from expo.mail import outbox
from expo.organisations.models import Organisation
from expo.programme.models import Session
from expo.publishing import queries as publishing

from .models import AcceptedInvitation, SessionInvitation, Subject
from .refusals import InvitationUsed, NoSuchInvitation

MOST_AT_ONCE = 500
LONGEST_CODE = 40


def invite_address(*, session: Session, email: str, language: str) -> bool:
    """Invite whoever has this mailbox, by a letter with a link of their own. False where they are invited already.
    Raises BadInput for what is no address.
    """
    email = accounts.normal(email)
    if "@" not in email.strip("@") or " " in email or len(email) > 254:
        raise BadInput(_("%(text)s is no e-mail address.", text=email[:80]), field="addresses")
    token = tokens.new()
    known = accounts.persons_by_email(session.expo_id, email)
    with transaction():
        made = _make(session, Subject.ADDRESS, email=email, token_digest=tokens.digest(token))
        if made:
            _write(
                session,
                to=email,
                language=known[0].language if known else language,
                name=known[0].name if known else "",
                token=token,
            )
    return made


def invite_person(*, session: Session, person: Person) -> bool:
    """Invite one person, by a letter. False where they are invited already."""
    with transaction():
        made = _make(session, Subject.PERSON, person_id=person.id)
        if made and person.email:
            _write(session, to=person.email, language=person.language, name=person.name, token="")
    return made


def invite_organisation(*, session: Session, organisation: Organisation, seats: int | None) -> bool:
    """Invite all whom the delegations of an organisation have registered, now or later."""
    with transaction():
        return _make(session, Subject.ORGANISATION, seats=seats, organisation_id=organisation.id)


def invite_delegation(*, session: Session, delegation: Delegation, seats: int | None) -> bool:
    """Invite a delegation to so many seats; its focal point has a letter."""
    with transaction():
        made = _make(session, Subject.DELEGATION, seats=seats, delegation_id=delegation.id)
        if made:
            _write(
                session,
                to=delegation.focal_email,
                language=delegation.language,
                name=delegation.focal_name,
                token="",
                delegation=delegation.name,
                seats=seats,
            )
    return made


def make_code(*, session: Session, code: str = "", seats: int | None) -> SessionInvitation:
    """A code that opens the session to whoever types it; made up where none is given. Raises BadInput."""
    code = _normal(code) or tokens.code(8)
    if len(code) < 5 or len(code) > LONGEST_CODE:
        raise BadInput(_("From 5 to 40 letters and numbers, please."), field="code")
    with transaction():
        if not _make(session, Subject.CODE, seats=seats, code=code):
            raise BadInput(_("There is such a code already."), field="code")
        found = db.session.scalar(
            sa.select(SessionInvitation).where(
                SessionInvitation.expo_id == session.expo_id,
                SessionInvitation.code == code,
                SessionInvitation.withdrawn_at.is_(None),
            )
        )
        assert found is not None
    return found


def withdraw(*, invitation: SessionInvitation) -> None:
    """Nobody else comes by it. Seats that are booked stay until an organiser takes them back. Twice is once."""
    with transaction():
        ended = execute(
            sa.update(SessionInvitation)
            .where(SessionInvitation.id == invitation.id, SessionInvitation.withdrawn_at.is_(None))
            .values(withdrawn_at=clock.now())
        )
        if ended:
            audit.record(
                "guest_uninvited", "session", invitation.session_id, expo_id=invitation.expo_id,
                after={"invitation": invitation.id},
            )  # fmt: skip
            stamps.raise_stamp(f"programme:{invitation.expo_id}")


def by_code(*, person: Person, code: str, who: str) -> Session:
    """Make somebody who knows the code a guest. Twice is once. Raises NoSuchInvitation, TooOften."""
    limits.count("session_code", who, most=30, within=timedelta(minutes=15))
    with transaction():
        found = db.session.scalar(
            sa.select(SessionInvitation).where(
                SessionInvitation.expo_id == person.expo_id,
                SessionInvitation.code == _normal(code),
                SessionInvitation.withdrawn_at.is_(None),
            )
        )
        if found is None:
            raise NoSuchInvitation(_("This code opens nothing. Look at the invitation once more."))
        _accept(found, person)
    return found.session


def by_link(*, person: Person, token: str) -> Session:
    """Make somebody who holds the link of a letter its guest: the first, and nobody after them.

    Raises NoSuchInvitation, InvitationUsed.
    """
    with transaction():
        found = db.session.scalar(
            sa.select(SessionInvitation).where(
                SessionInvitation.expo_id == person.expo_id,
                SessionInvitation.token_digest == tokens.digest(token),
                SessionInvitation.withdrawn_at.is_(None),
            )
        )
        if found is None:
            raise NoSuchInvitation(_("This invitation holds no longer. Ask whoever sent it to you."))
        lock(found)  # of two who open it at once, one is its guest
        guests = list(
            db.session.scalars(
                sa.select(AcceptedInvitation.person_id).where(AcceptedInvitation.invitation_id == found.id)
            )
        )
        if guests and person.id not in guests:
            raise InvitationUsed(_("Somebody has used this invitation already. It is for one person."))
        _accept(found, person)
    return found.session


def _accept(invitation: SessionInvitation, person: Person) -> None:
    row = AcceptedInvitation(
        expo_id=person.expo_id, invitation_id=invitation.id, person_id=person.id, at=clock.now()
    )
    if add_unless_there(row):
        audit.record(
            "invitation_accepted", "session", invitation.session_id, expo_id=person.expo_id,
            after={"invitation": invitation.id, "person": person.id},
        )  # fmt: skip


def _make(session: Session, subject: Subject, *, seats: int | None = None, **whom: Any) -> bool:
    row = SessionInvitation(
        expo_id=session.expo_id,
        session_id=session.id,
        subject=subject,
        seats=seats,
        made_at=clock.now(),
        made_by=audit.actor(),
        **whom,
    )
    if not add_unless_there(row):
        return False
    audit.record(
        "guest_invited", "session", session.id, expo_id=session.expo_id,
        after={"invitation": row.id, "subject": subject.value, "seats": seats},
        personal={"email": row.email} if row.email else None,
    )  # fmt: skip
    stamps.raise_stamp(f"programme:{session.expo_id}")
    return True


def _normal(code: str) -> str:
    return "".join(code.split()).upper()[: LONGEST_CODE + 1]


def _write(
    session: Session,
    *,
    to: str,
    language: str,
    name: str,
    token: str,
    delegation: str = "",
    seats: int | None = None,
) -> None:
    times = publishing.of_session(session.expo_id, session.id, hidden_too=True)
    ahead = [item for item in times if item.ends_at > clock.now() and not item.cancelled]
    first = ahead[0] if ahead else None
    outbox.queue(
        "session_invitation",
        to=to,
        language=language,
        expo_id=session.expo_id,
        name=name,
        title=first.title_in(language)[0] if first else session.title,
        starts=first.starts_at if first else None,
        zone=first.time_zone if first else "",
        room=first.room_name if first else "",
        venue=first.venue_name if first else "",
        more=max(0, len(ahead) - 1),
        code=first.code if first else session.code,
        token=token,
        delegation=delegation,
        seats=seats,
    )
