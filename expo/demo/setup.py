"""The demo from nothing: the H22 programme, accounts, doors and guests, in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import current_app

from expo.accounts import queries as accounts
from expo.core import audit, clock
from expo.core.db import db, transaction
from expo.core.refusals import Refusal
from expo.expos import queries as expos
from expo.imports import actions as imports

from . import (
    areas,
    asking,
    bearers,
    cities,
    doors,
    incidents,
    lines,
    logins,
    money,
    names,
    seats,
    told,
    tongues,
)
from .crowd import Crowd

SLUG = "h22"
ADMIN = logins.LOGINS[-1].email
H22 = Path(__file__).parent / "h22"
CITY = ZoneInfo("Europe/Stockholm")
START = datetime(2022, 5, 31, 8, 30, tzinfo=CITY)


class NotADemo(Refusal):
    """The database belongs to somebody: accounts that everybody knows the password of must not get into it."""

    code = "not_a_demo"


def set_up(say: Callable[[str], None]) -> bool:
    """Make the demo if it is not there yet. Returns whether it had to be made. Raises NotADemo."""
    refuse_others()
    if accounts.account_by_email(ADMIN):
        return False
    with transaction(), audit.acting("command:demo"):
        if expos.by_slug(SLUG) is None:
            say("Loading the H22 programme …")
            with clock.at(START - timedelta(days=30)):
                imports.import_h22(H22)
        expo = expos.by_slug(SLUG)
        assert expo is not None
        say("Inviting guests …")
        with clock.at(START - timedelta(days=22)):
            areas.name(expo)
            names.tell(expo)
            tongues.tell(expo)
            team = logins.create(expo)
            doors.create(expo)
        crowd = Crowd(expo, team, START)
        crowd.come(team["delegate@demo.example"])
        cities.invite(expo, START)
        seats.arrange(expo, START)
        lines.form(crowd, START)
        money.sell(expo, team, START)
        asking.arrange(expo, START)
        bearers.come(expo, team["delegate@demo.example"], START)
        doors.staff(expo, START)
        told.write(expo, START)
    crowd.arrive()
    with audit.acting("command:demo"):
        incidents.happen(expo, START)
    return True


def refuse_others() -> None:
    """Called before anything is written: only an empty database, or the demo's own. Raises NotADemo."""
    if not current_app.config["EXPO"].demo:
        raise NotADemo("The demo's people are made in demo mode only.")
    if not sa.inspect(db.engine).has_table("accounts"):
        return
    there = [account.email for account in accounts.every_account()]
    if there and ADMIN not in there:
        raise NotADemo(
            "This database has accounts that are not the demo's. The demo wants one of its own: "
            "set DATABASE_URL, or leave it empty for var/demo.db."
        )
