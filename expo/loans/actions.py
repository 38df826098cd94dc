from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from expo.badge.models import Badge, BadgeState
from expo.core import audit, clock
from expo.core.db import db, execute, transaction
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.programme.models import Conference

from .models import Loan, LoanKind
from .refusals import AllLent, BadgeEnded, FewerThanLent, LentAlready


def save_kind(*, expo: Expo, conference: Conference | None, name: str, total: int, hours: int,
              kind: LoanKind | None = None) -> LoanKind:  # fmt: skip
    """Something that can be borrowed. Raises FewerThanLent where more are out than there would be."""
    with transaction():
        if kind is None:
            kind = LoanKind(expo_id=expo.id, conference_id=conference.id if conference else None, out=0)
            db.session.add(kind)
        else:
            db.session.refresh(kind)
            if total < kind.out:
                raise FewerThanLent(_("%(count)s of them are out.", count=kind.out))
        kind.name, kind.total, kind.hours = one_line(name)[:80], total, hours
        try:
            db.session.flush()
        except IntegrityError as same:
            raise LentAlready(_("There is something of that name already.")) from same
        audit.record(
            "loan_kind_saved", "loan_kind", kind.id, expo_id=expo.id,
            after={"name": kind.name, "total": total, "hours": hours},
        )  # fmt: skip
    return kind


def lend(*, kind: LoanKind, badge: Badge, label: str = "") -> Loan:
    """Hand one out on a badge. Raises BadgeEnded, AllLent, LentAlready."""
    with transaction():
        if badge.state is not BadgeState.ACTIVE:
            raise BadgeEnded(_("This badge is not the current one. Look the person up again."))
        # One statement checks and takes, so two desks cannot hand out the last one.
        taken = execute(
            sa.update(LoanKind)
            .where(LoanKind.id == kind.id, LoanKind.out < LoanKind.total)
            .values(out=LoanKind.out + 1)
        )
        if not taken:
            raise AllLent(_("All of %(what)s are out.", what=kind.name))
        now, what = clock.now(), kind.name
        made = Loan(
            expo_id=kind.expo_id, kind_id=kind.id, badge_id=badge.id, label=one_line(label)[:40], lent_at=now,
            lent_by=audit.actor(), due_at=now + timedelta(hours=kind.hours),
        )  # fmt: skip
        db.session.add(made)
        try:
            db.session.flush()
        except IntegrityError as same:
            raise LentAlready(_("%(what)s %(label)s is with somebody.", what=what, label=label)) from same
        audit.record(
            "lent", "loan", made.id, expo_id=kind.expo_id, after={"kind": kind.id, "label": made.label}
        )
    return made


def bring_back(*, loan: Loan) -> bool:
    """It is here again. Twice is once: the second time says False."""
    with transaction():
        came = execute(
            sa.update(Loan)
            .where(Loan.id == loan.id, Loan.back_at.is_(None))
            .values(back_at=clock.now(), back_by=audit.actor())
        )
        if came:
            execute(sa.update(LoanKind).where(LoanKind.id == loan.kind_id).values(out=LoanKind.out - 1))
            audit.record("brought_back", "loan", loan.id, expo_id=loan.expo_id)
    return bool(came)
