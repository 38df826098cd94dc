"""What the demo's organisers have written to many, and a machine of theirs that is told."""

from __future__ import annotations

from datetime import datetime, timedelta

from expo.accounts import queries as accounts
from expo.core import audit, clock
from expo.expos.models import Expo
from expo.messages import actions, queries, segments
from expo.programme import queries as programme
from expo.webhooks import actions as webhooks

TOUR = "H22-007"
WELCOME = {
    "en": (
        "What to bring to the expo",
        (
            "Tomorrow it begins. Bring your badge on the telephone, shoes to walk in, and a bottle: there is water at "
            "every venue.\n\nThe programme, with what is free just now:\nhttps://h22.example/programme"
        ),
    ),
    "sv": (
        "Det här tar du med dig till mässan",
        (
            "I morgon börjar det. Ta med din bricka i telefonen, skor att gå i och en flaska: det finns vatten i alla "
            "lokaler.\n\nProgrammet, med det som är ledigt just nu:\nhttps://h22.example/programme"
        ),
    ),
}
MEETING_POINT = {
    "en": (
        "We meet at the red flag",
        "The tour starts at the red flag outside the glass doors, not in the foyer.",
    ),
    "sv": (
        "Vi samlas vid den röda flaggan",
        "Turen börjar vid den röda flaggan utanför glasdörrarna, inte i foajén.",
    ),
}


def write(expo: Expo, begins: datetime) -> None:
    """One message that has left the evening before, one that waits for its second step, one address for a machine."""
    organiser = accounts.account_by_email("organiser@demo.example")
    assert organiser is not None
    tour = programme.occurrence(expo.id, TOUR)
    assert tour is not None
    conference = tour.session.conference
    with clock.at(begins - timedelta(hours=14)), audit.acting(f"account:{organiser.id}"):
        welcome = actions.save(
            expo_id=expo.id, conference=conference, segment=segments.registered(), texts=WELCOME, needed=False
        )
        count = queries.count(welcome)
        if count:
            actions.send(message=welcome, shown=count)
        actions.save(
            expo_id=expo.id,
            conference=conference,
            segment=segments.booked(tour),
            texts=MEETING_POINT,
            needed=True,
        )
        webhooks.add(
            expo_id=expo.id,
            conference=None,
            url="https://signage.h22.example/expo",
            kinds=["release.published"],
        )
