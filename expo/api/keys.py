"""Who asks: the key of a user, with the scopes it was made for."""

from __future__ import annotations

from datetime import timedelta

from flask import request
from flask_babel import gettext as _

from expo.accounts import queries as accounts
from expo.accounts.models import ApiToken
from expo.accounts.signins import Visitor
from expo.core import audit, limits
from expo.core.refusals import Refusal
from expo.registration import queries as registration

from .answers import this_expo

READ = "programme:read"


class NoKey(Refusal):
    """No key, or one that is not valid."""

    code = "no_key"
    status = 401


class NotInScope(Refusal):
    """The key was not made for this."""

    code = "not_in_scope"
    status = 403


def key_with(scope: str) -> ApiToken:
    """The key of the request. Raises NoKey, NotInScope; TooOften where somebody guesses."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise NoKey(_("Send Authorization: Bearer and your key."))
    found = accounts.api_token(token.strip())
    if found is None:
        limits.count("api_key", request.remote_addr or "", most=60, within=timedelta(minutes=15))
        raise NoKey(_("This key is not valid."))
    if scope not in found.scopes.split():
        raise NotInScope(_("This key was not made for %(scope)s.", scope=scope))
    audit.set_actor(f"account:{found.account_id}")
    return found


def tickets_of_asker() -> frozenset[int] | None:
    """The conferences of the asker's tickets, for what strangers may read too; None where no key is sent. Raises as
    `key_with` does where one is sent that is not valid."""
    if not request.headers.get("Authorization"):
        return None
    person = accounts.person_of_account(this_expo().id, key_with(READ).account_id)
    return registration.tickets_of(person.id) if person else frozenset()


def visitor_of(key: ApiToken) -> Visitor:
    """The account behind a key, for its rights."""
    account = key.account
    return Visitor(
        token="",
        sign_in_id=0,
        account_id=account.id,
        person_id=None,
        name=account.name,
        email=account.email,
        language=account.language,
        is_admin=account.is_admin,
    )
