"""Registrations go over to whom their person turned out to be; two live ones for one conference cannot."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import aliased

from expo.accounts.joining import Joining, follows, pass_on
from expo.core.db import db
from expo.programme.models import Conference

from .models import LIVE, Registration
from .refusals import AlreadyRegistered


def _follow(told: Joining) -> None:
    other = aliased(Registration)
    twice = db.session.scalar(
        sa.select(Conference)
        .join(Registration, Registration.conference_id == Conference.id)
        .join(other, other.conference_id == Conference.id)
        .where(
            Registration.person_id == told.kept_id,
            Registration.state.in_(LIVE),
            other.person_id == told.gone_id,
            other.state.in_(LIVE),
        )
        .limit(1)
    )
    if twice is not None:
        raise AlreadyRegistered(
            _("Both are registered for %(conference)s. Withdraw one of the two there first.",
              conference=twice.title)
        )  # fmt: skip
    pass_on(told, Registration.person_id)
    pass_on(told, Registration.payer_id)


follows("registration", _follow, order=10)
