"""Who stands behind a conference or session, in protocol order: hosts, co-hosts, partners, supporters, sponsors, media.

Hosts of a conference are said where the conference is; all others here. What is said holds at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, pictures, stamps
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput, NotFound
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.organisations import actions as organisations
from expo.organisations import queries as known_organisations
from expo.programme.models import Conference, ConferenceHost, Session
from expo.programme.texts import check_link

from .models import Logo, Partner, PartnerRole

MOST = 100
LOGO_SIDE = 600  # pixels
_ORDER = list(PartnerRole)


@dataclass(frozen=True, slots=True)
class Body:
    """An organisation as a page shows it. `partner_id` is None for hosts that the conference itself names."""

    organisation_id: int
    name: str
    role: PartnerRole
    url: str
    logo: str | None
    partner_id: int | None = None

    @property
    def order(self) -> int:
        """Where its role stands in protocol."""
        return _ORDER.index(self.role)


def behind(conference: Conference) -> list[Body]:
    """All who stand behind a conference, in protocol order. Three queries."""
    hosts = db.session.scalars(
        sa.select(ConferenceHost)
        .where(ConferenceHost.conference_id == conference.id)
        .options(joinedload(ConferenceHost.organisation))
        .order_by(ConferenceHost.position)
    ).all()
    named = _rows(Partner.conference_id == conference.id, Partner.session_id.is_(None))
    ids = {host.organisation_id for host in hosts}
    signs = _logos(conference.expo_id, ids | {one.organisation_id for one in named})
    first = [
        Body(one.organisation_id, one.organisation.name, PartnerRole.HOST, "", signs.get(one.organisation_id))
        for one in hosts
    ]
    return first + _bodies([one for one in named if one.organisation_id not in ids], signs)


def behind_session(session_id: int) -> list[Body]:
    """All who stand behind a session, in protocol order. Two queries."""
    named = _rows(Partner.session_id == session_id)
    signs = _logos(named[0].expo_id, {one.organisation_id for one in named}) if named else {}
    return _bodies(named, signs)


def behind_sessions(expo_id: int, session_ids: Collection[int]) -> dict[int, list[Body]]:
    """All who stand behind each of these sessions that has somebody, in protocol order, without signs. One query."""
    wanted, found = set(session_ids), defaultdict[int, list[Body]](list)
    for one in _rows(Partner.expo_id == expo_id, Partner.session_id.is_not(None)):
        if one.session_id in wanted:
            found[one.session_id or 0] += _bodies([one], {})
    return dict(found)


def of_conferences(expo_id: int, conference_ids: Collection[int]) -> dict[int, list[Body]]:
    """Those beside the hosts, by conference. Two queries, however many there are."""
    named = _rows(
        Partner.expo_id == expo_id, Partner.conference_id.in_(conference_ids), Partner.session_id.is_(None)
    )
    signs = _logos(expo_id, {one.organisation_id for one in named})
    found: dict[int, list[Body]] = {}
    for conference_id in conference_ids:
        found[conference_id] = _bodies([one for one in named if one.conference_id == conference_id], signs)
    return found


def add(
    *, conference: Conference, session: Session | None, name: str, role: PartnerRole, url: str = ""
) -> Partner:
    """Let an organisation stand behind it, the last of its role; one that is there already changes role and link.
    Raises BadInput."""
    if not 0 < len(one_line(name)) <= 200:
        raise BadInput(_("A name of 1 to 200 letters, please."), field="name")
    if url:
        check_link(url)
    with transaction():
        lock(conference)
        there = _rows(*_which(conference, session))
        if len(there) >= MOST:
            raise BadInput(_("At most %(most)s.", most=MOST), field="name")
        body = known_organisations.by_name(one_line(name)) or organisations.find_or_create(name=name)
        found = next((one for one in there if one.organisation_id == body.id), None)
        if found is None:
            found = Partner(
                expo_id=conference.expo_id, conference_id=conference.id,
                session_id=session.id if session else None, organisation_id=body.id,
            )  # fmt: skip
            db.session.add(found)
        found.role, found.url = role, url
        found.position = max((one.position for one in there), default=-1) + 1
        db.session.flush()
        _record("partner_named", found)
    return found


def move(*, conference: Conference, session: Session | None, partner_id: int, by: int) -> None:
    """One place up (-1) or down (+1) among those of its role. Raises NotFound."""
    with transaction():
        lock(conference)
        found = _one(conference, session, partner_id)
        same = [one for one in _rows(*_which(conference, session)) if one.role is found.role]
        at = same.index(found)
        same.insert(min(max(at + by, 0), len(same) - 1), same.pop(at))
        for position, one in enumerate(same):
            one.position = position
        _record("partner_moved", found)


def remove(*, conference: Conference, session: Session | None, partner_id: int) -> None:
    """It stands behind it no more. Raises NotFound."""
    with transaction():
        lock(conference)
        found = _one(conference, session, partner_id)
        _record("partner_removed", found)
        db.session.delete(found)


def show_logo(*, expo: Expo, organisation_id: int, content: bytes) -> None:
    """The sign of an organisation in this expo, wherever it stands. Raises BadPicture."""
    name = pictures.keep(content, side=LOGO_SIDE, field="logo")
    with transaction():
        lock(expo)
        execute(sa.delete(Logo).where(Logo.expo_id == expo.id, Logo.organisation_id == organisation_id))
        db.session.add(Logo(expo_id=expo.id, organisation_id=organisation_id, picture=name))
        audit.record("logo_shown", "organisation", organisation_id, expo_id=expo.id)
        stamps.raise_stamp(f"programme:{expo.id}")


def stands_here(conference: Conference, session: Session | None, organisation_id: int) -> bool:
    """Whether an organisation is one of those behind it: its sign may be changed by the team then."""
    bodies = behind_session(session.id) if session else behind(conference)
    return any(one.organisation_id == organisation_id for one in bodies)


def shows(expo_id: int, picture: str) -> bool:
    """Whether some organisation of this expo has this sign."""
    wanted = sa.select(Logo.id).where(Logo.expo_id == expo_id, Logo.picture == picture)
    return db.session.scalar(wanted.limit(1)) is not None


@pictures.names
def signs() -> set[str]:
    """The signs of all organisations."""
    return set(db.session.scalars(sa.select(Logo.picture)))


def _rows(*which: sa.ColumnElement[bool]) -> list[Partner]:
    rows = db.session.scalars(sa.select(Partner).where(*which).options(joinedload(Partner.organisation)))
    return sorted(rows, key=lambda one: (_ORDER.index(one.role), one.position, one.id))


def _which(conference: Conference, session: Session | None) -> tuple[sa.ColumnElement[bool], ...]:
    own = Partner.session_id.is_(None) if session is None else Partner.session_id == session.id
    return (Partner.conference_id == conference.id, own)


def _one(conference: Conference, session: Session | None, partner_id: int) -> Partner:
    for one in _rows(*_which(conference, session)):
        if one.id == partner_id:
            return one
    raise NotFound(_("Nobody like that stands here any more."))


def _bodies(rows: list[Partner], signs: dict[int, str]) -> list[Body]:
    return [
        Body(
            one.organisation_id, one.organisation.name, one.role, one.url, signs.get(one.organisation_id),
            one.id,
        )
        for one in rows
    ]  # fmt: skip


def _logos(expo_id: int, organisation_ids: Collection[int]) -> dict[int, str]:
    rows = db.session.execute(
        sa.select(Logo.organisation_id, Logo.picture).where(
            Logo.expo_id == expo_id, Logo.organisation_id.in_(organisation_ids)
        )
    )
    return {row.organisation_id: row.picture for row in rows}


def follow_merge(kept_id: int, gone_id: int) -> None:
    """Two organisations are one: what both have is had once."""
    tables: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (Partner, ("conference_id", "session_id")),
        (Logo, ("expo_id",)),
    )
    for table, same in tables:
        of_kept = {
            tuple(getattr(row, name) for name in same)
            for row in db.session.scalars(sa.select(table).where(table.organisation_id == kept_id))
        }
        for row in db.session.scalars(sa.select(table).where(table.organisation_id == gone_id)).all():
            if tuple(getattr(row, name) for name in same) in of_kept:
                db.session.delete(row)
            else:
                row.organisation_id = kept_id
            stamps.raise_stamp(f"programme:{row.expo_id}")
    db.session.flush()


def _record(action: str, found: Partner) -> None:
    subject, key = ("session", found.session_id) if found.session_id else ("conference", found.conference_id)
    audit.record(
        action, subject, key, expo_id=found.expo_id,
        after={"organisation": found.organisation_id, "role": found.role.value},
    )  # fmt: skip
    stamps.raise_stamp(f"programme:{found.expo_id}")
