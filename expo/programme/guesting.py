"""Sessions in two programmes without being written twice, and co-hosts who edit one session."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.core import audit, clock
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.refusals import BadInput

from . import actions
from .guest_models import GuestSession, SessionEditor
from .models import Conference, Session
from .values import draft_of_session


def offer(*, session: Session, conference: Conference, accepted: bool) -> GuestSession:
    """Let another conference show this session; `accepted` where whoever offers may say yes for it too. Twice is once.
    Shown when the session is published. Raises BadInput."""
    if conference.expo_id != session.expo_id or conference.id == session.conference_id:
        raise BadInput(_("It is in that programme already."), field="conference")
    with transaction():
        row = db.session.scalar(
            sa.select(GuestSession).filter_by(session_id=session.id, conference_id=conference.id)
        )
        if row is None:
            row = GuestSession(
                expo_id=session.expo_id,
                session_id=session.id,
                conference_id=conference.id,
                offered_at=clock.now(),
            )
            db.session.add(row)
            db.session.flush()
            audit.record(
                "guest_offered",
                "session",
                session.id,
                expo_id=session.expo_id,
                after={"conference": conference.slug},
            )
        if accepted:
            accept(guest=row)
    return row


def accept(*, guest: GuestSession) -> None:
    """Take the session into the conference's programme. Twice is once."""
    with transaction():
        if guest.accepted_at is not None:
            return
        guest.accepted_at = clock.now()
        session, slug = guest.session, guest.conference.slug
        _also_in(session, (*session.also_in, slug))


def end(*, guest: GuestSession) -> None:
    """Take the offer back, or turn it down."""
    with transaction():
        session, slug = guest.session, guest.conference.slug
        _also_in(session, tuple(one for one in session.also_in if one != slug))
        audit.record(
            "guest_ended", "session", session.id, expo_id=session.expo_id, before={"conference": slug}
        )
        db.session.delete(guest)


def _also_in(session: Session, slugs: tuple[str, ...]) -> None:
    draft = replace(draft_of_session(session), also_in=slugs)
    actions.edit_session(session=session, draft=draft, parent=session.parent)


def guests_of(session: Session) -> list[GuestSession]:
    """The conferences that show the session, or may."""
    return _guests(GuestSession.session_id == session.id)


def offered_to(conference: Conference) -> list[GuestSession]:
    """The sessions that a conference may show, those to be answered first."""
    return sorted(
        _guests(GuestSession.conference_id == conference.id), key=lambda one: one.accepted_at is not None
    )


def guest(expo_id: int, guest_id: int) -> GuestSession | None:
    found = _guests(GuestSession.id == guest_id, GuestSession.expo_id == expo_id)
    return found[0] if found else None


def _guests(*which: sa.ColumnElement[bool]) -> list[GuestSession]:
    return list(
        db.session.scalars(
            sa.select(GuestSession)
            .where(*which)
            .options(
                joinedload(GuestSession.session).joinedload(Session.conference),
                joinedload(GuestSession.conference),
            )
            .order_by(GuestSession.id)
        )
    )


def let_edit(*, session: Session, email: str, name: str, language: str) -> bool:
    """Let somebody edit this one session. False if they may already. Raises BadInput."""
    with transaction():
        account = accounts.account_for(email=email, name=name, language=language)
        row = SessionEditor(expo_id=session.expo_id, session_id=session.id, account_id=account.id)
        if not add_unless_there(row):
            return False
        audit.record(
            "co_host_added", "session", session.id, expo_id=session.expo_id, after={"account": account.id}
        )
    return True


def no_longer(*, session: Session, account_id: int) -> bool:
    """Take it back. False where this account is no co-host of the session."""
    with transaction():
        gone = sa.delete(SessionEditor).where(
            SessionEditor.session_id == session.id, SessionEditor.account_id == account_id
        )
        ended = execute(gone) == 1
        if ended:
            audit.record(
                "co_host_removed",
                "session",
                session.id,
                expo_id=session.expo_id,
                before={"account": account_id},
            )
    return ended


def editors_of(session: Session) -> list[Account]:
    """Its co-hosts, by name."""
    return list(
        db.session.scalars(
            sa.select(Account)
            .join(SessionEditor, SessionEditor.account_id == Account.id)
            .where(SessionEditor.session_id == session.id)
            .order_by(Account.name, Account.id)
        )
    )


def edited_by(expo_id: int, account_id: int) -> list[Session]:
    """The sessions that somebody co-hosts, by code."""
    return list(
        db.session.scalars(
            sa.select(Session)
            .join(SessionEditor, SessionEditor.session_id == Session.id)
            .where(SessionEditor.expo_id == expo_id, SessionEditor.account_id == account_id)
            .options(joinedload(Session.conference))
            .order_by(Session.code)
        )
    )
