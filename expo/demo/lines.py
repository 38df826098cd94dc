"""What the demo's people do beside booking: they wait in line, are offered a seat, want two things at once, wish in
ballots, and say how yesterday was."""

from __future__ import annotations

from datetime import datetime, timedelta

from expo.accounts import queries as accounts
from expo.accounts.models import Person
from expo.ballots import actions as ballots
from expo.ballots.models import Ballot
from expo.booking import actions as booking
from expo.booking import queries as bookings
from expo.booking import waiting
from expo.core import audit, clock
from expo.feedback import actions as feedback
from expo.feedback import letters
from expo.programme import terms
from expo.programme.models import Occurrence
from expo.programme.words import OverlapRule

from .crowd import Crowd

YESTERDAY = "H22-002"
SAID = (
    (5, "The divers answered every question."),
    (5, ""),
    (4, ""),
    (4, "Louder, please: the wind took half of it."),
    (3, ""),
    (5, ""),
)
FULL, WAITED_FOR, OFFERED = "H22-007", "H22-020", "H22-021"
AT_ONCE = ("H22-024", "H22-025")
DRAWN, TO_BE_DRAWN = ("H22-042", "H22-043", "H22-044"), ("H22-041", "H22-051")
KEPT = "H22-024"


def form(crowd: Crowd, begins: datetime) -> None:
    """All of it, by the real actions, in the days before the demo's morning."""
    account = accounts.account_by_email("delegate@demo.example")
    assert account is not None
    delegate = accounts.person_of_account(crowd.expo.id, account.id)
    assert delegate is not None
    people = crowd.townspeople
    with clock.at(begins - timedelta(days=2)), audit.acting(f"account:{crowd.organiser.id}"):
        _say_rules(crowd)
        drawn = _open(crowd, "A house from 1972, on a Saturday", DRAWN, begins - timedelta(hours=20))
        _open(
            crowd,
            "On foot through the city's houses",
            TO_BE_DRAWN,
            begins + timedelta(days=2, hours=4),
            people[40:46],
        )
    with clock.at(begins - timedelta(days=1, hours=12)):
        _wish(drawn, people[20:34], DRAWN)
        for person in (delegate, *people[: len(SAID)]):
            crowd.book(person, crowd.occurrence(YESTERDAY))
    with clock.at(begins - timedelta(hours=20)):
        ballots.draw(ballot=drawn)
    with clock.at(begins - timedelta(hours=18)):
        for person, (overall, comment) in zip(people, SAID, strict=False):
            feedback.give(
                person=person, occurrence_id=crowd.occurrence(YESTERDAY).id, overall=overall, comment=comment
            )
    with clock.at(begins - timedelta(hours=12)):
        letters.ask()
        _stand_in_line(crowd, delegate)


def _say_rules(crowd: Crowd) -> None:
    kinds = {kind.slug: kind for kind, _said in terms.of_kinds(crowd.expo.id)}
    terms.say(of=kinds["workshop"], draft=terms.TermsDraft(overlap=OverlapRule.SWAP))
    terms.say(of=kinds["guided-tour"], draft=terms.TermsDraft(most_party=4))
    terms.say(of=crowd.occurrence(KEPT), draft=terms.TermsDraft(walk_ups=4))


def _open(
    crowd: Crowd, title: str, codes: tuple[str, ...], closes: datetime, wishing: list[Person] | None = None
) -> Ballot:
    times: list[Occurrence] = [crowd.occurrence(code) for code in codes]
    opened = ballots.open_ballot(
        conference=times[0].session.conference,
        title=title,
        occurrence_ids=[time.id for time in times],
        closes_at=closes,
    )
    _wish(opened, wishing or [], codes)
    return opened


def _wish(ballot: Ballot, people: list[Person], codes: tuple[str, ...]) -> None:
    """Most want the first most; parties of two among them."""
    for number, person in enumerate(people):
        first = number // 2 % len(codes)
        wishes = [*codes[first:], *codes[:first]]
        ballots.enter(ballot=ballot, person=person, wishes=wishes, seats=1 + (number % 3 == 0))


def _stand_in_line(crowd: Crowd, delegate: Person) -> None:
    people = iter(crowd.townspeople)
    for code, seats in ((WAITED_FOR, 24), (OFFERED, 12)):
        crowd.fill(crowd.occurrence(code), seats, people)
    for code, count in ((FULL, 3), (WAITED_FOR, 2)):
        occurrence = crowd.occurrence(code)
        free = (one for one in people if _could_come(crowd, one, occurrence))
        for _number in range(count):
            waiting.join(person=next(free), occurrence_id=occurrence.id)
    waiting.join(person=delegate, occurrence_id=crowd.occurrence(WAITED_FOR).id)
    offered = crowd.occurrence(OFFERED)
    waiting.join(person=delegate, occurrence_id=offered.id, takes_at_once=False)
    booking.cancel(booking=bookings.of_occurrence(offered.id)[-1])
    for code in AT_ONCE:
        booking.book_seat(person=delegate, occurrence_id=crowd.occurrence(code).id, accept=(booking.OVERLAP,))


def _could_come(crowd: Crowd, person: Person, occurrence: Occurrence) -> bool:
    return not crowd.is_busy(person, occurrence) and bookings.live_booking(occurrence.id, person.id) is None
