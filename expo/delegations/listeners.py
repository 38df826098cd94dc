"""What a delegation does when a registration of one of its nominees ends by itself."""

from __future__ import annotations

from expo.core import news
from expo.registration.news import RegistrationOver

from . import nominating, queries


def listen() -> None:
    news.listen(RegistrationOver, _free_the_seat)


def _free_the_seat(told: RegistrationOver) -> None:
    nominee = queries.of_registration(told.registration_id)
    if nominee is None:
        return
    tickets = queries.tickets_of([nominee.id])[nominee.id]
    if not any(one.registration and one.registration.is_live for one in tickets):
        nominating.give_seat_back(nominee)
