from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from expo.badge.models import Badge
from expo.core.checks import check
from expo.core.db import db
from expo.registration.models import Registration, RegistrationState

from .crew_models import ScanUndo
from .models import Entitlement, Gate, Presence, QuarantinedScan, Scan, Verdict

_NET = (
    sa.select(Scan.badge_id, Gate.zone_id, Scan.period, sa.func.sum(Scan.moved).label("net"), Badge.size)
    .join(Gate, Scan.gate_id == Gate.id)
    .join(Badge, Scan.badge_id == Badge.id)
    .where(Scan.moved != 0)
    .group_by(Scan.badge_id, Gate.zone_id, Scan.period, Badge.size)
    .subquery()
)


@check("5", "a scan says what it did, and did what it says")
def scans_are_whole() -> Iterator[str]:
    """Every scan is stored with an answer that its movement bears out."""
    passed = sa.or_(
        sa.and_(Scan.verdict == Verdict.ADMITTED, Scan.moved == Scan.count),
        sa.and_(Scan.verdict == Verdict.LEFT, Scan.moved == -Scan.count),
    )
    wrong = sa.select(Scan.id, Scan.verdict, Scan.moved).where(
        sa.or_(
            sa.and_(Scan.moved != 0, sa.not_(passed)),
            sa.and_(
                Scan.verdict == Verdict.ADMITTED,
                Scan.moved == 0,
                sa.func.coalesce(Scan.reason, "").not_in(("just_now", "came_back")),
            ),
            sa.and_(Scan.moved != 0, Scan.badge_id.is_(None)),
            Scan.verdict == Verdict.QUARANTINED,
        )
    )
    for row in db.session.execute(wrong):
        yield f"scan {row.id}: {row.verdict} moved {row.moved}"


@check("5", "a scan counts or is in quarantine, unless its id was used twice")
def quarantine_is_apart() -> Iterator[str]:
    """The same content is never kept in both places."""
    both = (
        sa.select(Scan.id)
        .join(
            QuarantinedScan,
            sa.and_(QuarantinedScan.scan_id == Scan.id, QuarantinedScan.fingerprint == Scan.fingerprint),
        )
        .where(QuarantinedScan.expo_id == Scan.expo_id, QuarantinedScan.received_at > Scan.received_at)
    )
    for scan_id in db.session.scalars(both):
        yield f"scan {scan_id} was quarantined after it had been stored"


@check("6", "no badge has more people in a zone than its size")
def at_most_its_size() -> Iterator[str]:
    over = sa.select(_NET).where(sa.or_(_NET.c.net < 0, _NET.c.net > _NET.c.size))
    for row in db.session.execute(over):
        yield f"badge {row.badge_id}: {row.net} in zone {row.zone_id} in {row.period}, size {row.size}"


@check("6", "presence is what the scans say")
def presence_is_the_sum() -> Iterator[str]:
    """The sum of each badge, zone and period; what no scan explains is wrong too."""
    same = sa.and_(
        Presence.badge_id == _NET.c.badge_id,
        Presence.zone_id == _NET.c.zone_id,
        Presence.period == _NET.c.period,
    )
    differs = (
        sa.select(Presence.badge_id, Presence.zone_id, Presence.inside, _NET.c.net)
        .select_from(Presence)
        .outerjoin(_NET, same)
        .where(Presence.inside != sa.func.coalesce(_NET.c.net, 0))
    )
    for row in db.session.execute(differs):
        yield f"badge {row.badge_id}: {row.inside} in zone {row.zone_id}, by its scans {row.net}"
    nowhere = sa.select(_NET).where(~sa.exists().where(same))
    for row in db.session.execute(nowhere):
        yield f"badge {row.badge_id}: scans say {row.net} in zone {row.zone_id}, presence says nothing"


@check("9", "a zone is opened by a confirmed registration of the same person")
def entitlements_have_a_reason() -> Iterator[str]:
    strays = (
        sa.select(Entitlement.id)
        .join(Registration, Entitlement.registration_id == Registration.id)
        .where(
            sa.or_(
                Registration.state != RegistrationState.CONFIRMED,
                Registration.person_id.is_distinct_from(Entitlement.person_id),
            )
        )
    )
    for entitlement_id in db.session.scalars(strays):
        yield f"entitlement {entitlement_id} has no confirmed registration behind it"


@check("5", "a scan that was taken back moved as many people the other way, at the same gate")
def undos_are_opposites() -> Iterator[str]:
    """Both scans stay; together they moved nobody."""
    undo = aliased(Scan)
    wrong = (
        sa.select(ScanUndo.scan_id)
        .join(Scan, ScanUndo.scan_id == Scan.id)
        .join(undo, ScanUndo.undo_id == undo.id)
        .where(
            sa.or_(
                Scan.moved + undo.moved != 0,
                Scan.gate_id != undo.gate_id,
                Scan.badge_id != undo.badge_id,
                Scan.period != undo.period,
            )
        )
    )
    for scan_id in db.session.scalars(wrong):
        yield f"scan {scan_id} was taken back by one that is not its opposite"
