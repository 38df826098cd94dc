"""Putting a sign-in into this browser, and going back where somebody came from."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request
from flask import session as cookie
from flask_login import login_user

from expo.accounts import signins
from expo.accounts.models import Account, Person


def sign_in(*, account: Account | None = None, person: Person | None = None, by_mail: bool = False) -> None:
    """Begin a sign-in and hand its token to the browser. Whatever the cookie held before is gone."""
    token = signins.begin(account=account, person=person, device=request.user_agent.string, by_mail=by_mail)
    cookie.clear()
    cookie.permanent = True
    login_user(signins.find(token))


def safe_path(path: str | None, otherwise: str) -> str:
    """The path if it is one of ours: never another site, whatever tricks it uses."""
    if not path or not path.startswith("/") or "\\" in path or path.startswith("//"):
        return otherwise
    parts = urlsplit(path)
    if parts.scheme or parts.netloc or any(ord(sign) < 32 for sign in path):
        return otherwise
    return path


def network_address() -> str:
    """Where the request comes from, for counting tries."""
    return request.remote_addr or "unknown"
