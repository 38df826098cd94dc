"""The demo's accounts, one per role. Everybody knows their password."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from expo.accounts import actions as accounts
from expo.accounts import queries as account_queries
from expo.accounts.models import Account
from expo.expos.models import Expo
from expo.programme import teams
from expo.programme.words import Role

PASSWORD = "demo"  # noqa: S105 - shown on the demo's own page


@dataclass(frozen=True, slots=True)
class Login:
    """One account: its role in words, address, name, and what it is good for."""

    role: LazyString
    email: str
    name: str
    does: LazyString
    team_role: Role | None = None
    is_admin: bool = False


LOGINS = (
    Login(
        _l("Delegate"),
        "delegate@demo.example",
        "Maja Lindqvist",
        _l("has a city pass, a few seats, and waits for a place at the H22+50 Session"),
    ),
    Login(
        _l("Organiser"),
        "organiser@demo.example",
        "Henrik Sandström",
        _l("edits the programme, approves delegates, publishes"),
        Role.OWNER,
    ),
    Login(
        _l("Finance"),
        "finance@demo.example",
        "Priya Raman",
        _l("sees who comes on which ticket"),
        Role.FINANCE,
    ),
    Login(
        _l("Door"),
        "door@demo.example",
        "Samuel Eriksson",
        _l("pairs scanners and runs the gates; a supervisor's PIN at any scanner is 220531"),
        Role.DOOR_LEAD,
    ),
    Login(
        _l("Admin"),
        "admin@demo.example",
        "Ingrid Dahl",
        _l("may do everything in every expo"),
        is_admin=True,
    ),
)


def create(expo: Expo) -> dict[str, Account]:
    """Make the accounts and give them their roles. Returns them by address."""
    made = {}
    for login in LOGINS:
        account = account_queries.account_by_email(login.email) or accounts.create_account(
            email=login.email, name=login.name, password=PASSWORD, is_admin=login.is_admin
        )
        if login.team_role:
            teams.join(expo_id=expo.id, account=account, role=login.team_role)
        made[login.email] = account
    return made
