from __future__ import annotations

from expo.core import news
from expo.core.db import db
from expo.registration.models import Registration
from expo.registration.news import Registered

from . import reminders


def listen() -> None:
    news.listen(Registered, _ask)


def _ask(registered: Registered) -> None:
    """Whoever was registered by somebody else has not been asked yet."""
    reminders.ask(db.session.get_one(Registration, registered.registration_id))
