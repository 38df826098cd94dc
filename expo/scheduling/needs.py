"""What time and room of a session must offer, and which sessions come first."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, news
from expo.core.db import db, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.programme.models import Session
from expo.programme.news import SessionsScheduled

from . import boards
from .models import SessionNeeds, SessionOrder

MOST_FIRST = 10


@dataclass(frozen=True, slots=True)
class NeedsDraft:
    """What an organiser says. `minutes` is how long it lasts while it has no time; `after` are codes of sessions."""

    expected: int | None = None
    minutes: int | None = None
    step_free: bool = False
    is_plenary: bool = False
    audience: str = ""
    after: tuple[str, ...] = ()


def of(session: Session) -> NeedsDraft:
    """What was said of a session."""
    row = db.session.scalar(sa.select(SessionNeeds).where(SessionNeeds.session_id == session.id))
    codes = tuple(
        db.session.scalars(
            sa.select(Session.code)
            .join(SessionOrder, SessionOrder.first_id == Session.id)
            .where(SessionOrder.then_id == session.id)
            .order_by(Session.code)
        )
    )
    if row is None:
        return NeedsDraft(after=codes)
    return NeedsDraft(row.expected, row.minutes, row.step_free, row.is_plenary, row.audience, codes)


def say(*, session: Session, draft: NeedsDraft, keep: str = "") -> bool:
    """Say what a session needs. In force at once. Returns whether anything changed. Raises BadInput; Clashes where a
    rule is as strict as that and `keep` gives no reason."""
    _check(draft)
    with transaction():
        boards.hold(session.expo_id)
        before = of(session)
        first = _first(session, draft.after)
        wanted = asdict(draft) | {"audience": one_line(draft.audience), "after": tuple(sorted(first))}
        if asdict(before) == wanted:
            return False
        row = db.session.scalar(sa.select(SessionNeeds).where(SessionNeeds.session_id == session.id))
        if row is None:
            row = SessionNeeds(expo_id=session.expo_id, session_id=session.id)
            db.session.add(row)
        for name in ("expected", "minutes", "step_free", "is_plenary", "audience"):
            setattr(row, name, wanted[name])
        for order in db.session.scalars(sa.select(SessionOrder).where(SessionOrder.then_id == session.id)):
            db.session.delete(order)
        db.session.flush()
        for other in first.values():
            db.session.add(SessionOrder(expo_id=session.expo_id, first_id=other, then_id=session.id))
        db.session.flush()
        audit.record(
            "session_needs_changed", "session", session.id, expo_id=session.expo_id,
            before=asdict(before), after=wanted,
        )  # fmt: skip
        news.tell(SessionsScheduled(session.expo_id, (session.id,), keep))
    return True


def _first(session: Session, codes: tuple[str, ...]) -> dict[str, int]:
    """The sessions that come first, which must not come after this one themselves."""
    rows = db.session.execute(
        sa.select(Session.code, Session.id).where(Session.expo_id == session.expo_id, Session.code.in_(codes))
    )
    found: dict[str, int] = {row.code: row.id for row in rows}
    unknown = [code for code in codes if code not in found]
    if unknown:
        raise BadInput(_("There is no session with the code %(code)s.", code=unknown[0]), field="after")
    before = boards.of(session.expo_id).before
    seen, ahead = set(), list(found.values())
    while ahead:
        one = ahead.pop()
        if one == session.id:
            raise BadInput(_("Then each of them would come after the other."), field="after")
        if one not in seen:
            seen.add(one)
            ahead += before.get(one, ())
    return found


def _check(draft: NeedsDraft) -> None:
    for name, least, most in (("expected", 0, 1_000_000), ("minutes", 5, 1440)):
        value = getattr(draft, name)
        if value is not None and not least <= value <= most:
            raise BadInput(
                _("A whole number from %(min)s to %(max)s, please.", min=least, max=most), field=name
            )
    if len(one_line(draft.audience)) > 60:
        raise BadInput(_("At most %(most)s letters, please.", most=60), field="audience")
    if len(draft.after) > MOST_FIRST:
        raise BadInput(_("At most %(most)s sessions.", most=MOST_FIRST), field="after")
