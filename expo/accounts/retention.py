"""How long sign-ins and mailed links are kept."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from expo.core import clock, retention
from expo.core.db import execute

from .models import MailedLink, SignIn

KEPT = timedelta(days=90)


@retention.rule("sign_ins", "Sign-ins that are over, with the name of the device", after=KEPT)
def _sign_ins(_before: datetime) -> int:
    before = clock.real_now() - KEPT  # sign-ins live in the world's time
    return execute(sa.delete(SignIn).where(sa.or_(SignIn.expires_at < before, SignIn.ended_at < before)))


@retention.rule("mailed_links", "Links to sign in that are too old to be used", after=KEPT)
def _mailed_links(_before: datetime) -> int:
    return execute(sa.delete(MailedLink).where(MailedLink.expires_at < clock.real_now() - KEPT))
