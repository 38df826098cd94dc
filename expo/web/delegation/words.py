"""What states of delegations and nominees are called, and who has the ball."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from expo.delegations.models import Nominee, NomineeState, NomineeTicket, Standing
from expo.registration.models import WAITING, RegistrationState
from expo.web.texts import _l
from expo.web.words import CATEGORIES, REGISTRATION_KINDS, REGISTRATION_STATES

STANDINGS = {
    Standing.SENT: _l("Sent"),
    Standing.OPENED: _l("Opened"),
    Standing.ANSWERED: _l("Answered"),
    Standing.DECLINED: _l("Declined"),
    Standing.CLOSED: _l("Closed"),
}
STANDING_KINDS = {
    Standing.SENT: "wait",
    Standing.OPENED: "wait",
    Standing.ANSWERED: "go",
    Standing.DECLINED: "stop",
    Standing.CLOSED: "off",
}
NOMINEE_STATES = {
    NomineeState.INVITED: _l("Has a link"),
    NomineeState.REGISTERED: _l("Registered"),
    NomineeState.WITHDRAWN: _l("Withdrawn"),
    NomineeState.SUBSTITUTED: _l("Substituted"),
    NomineeState.DECLINED: _l("Declined"),
    NomineeState.ENDED: _l("Ended"),
}
NOMINEE_KINDS = {
    NomineeState.INVITED: "wait",
    NomineeState.REGISTERED: "go",
    NomineeState.WITHDRAWN: "off",
    NomineeState.SUBSTITUTED: "off",
    NomineeState.DECLINED: "stop",
    NomineeState.ENDED: "stop",
}
CATEGORY_WORDS = CATEGORIES


@dataclass(frozen=True, slots=True)
class Ball:
    """Who has it, and since when."""

    who: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """A state as a word with its sign; for which conference, where there are several."""

    word: str
    kind: str
    of: str = ""


def marks(nominee: Nominee, tickets: Sequence[NomineeTicket]) -> list[Mark]:
    """Where a nominee stands: with the delegation, or, once registered, with each conference."""
    if nominee.state is not NomineeState.REGISTERED:
        return [Mark(NOMINEE_STATES[nominee.state], NOMINEE_KINDS[nominee.state])]
    held = [one.registration for one in tickets if one.registration is not None]
    several = len(held) > 1
    return [
        Mark(
            REGISTRATION_STATES[registration.state],
            REGISTRATION_KINDS[registration.state],
            registration.conference.title if several else "",
        )
        for registration in held
    ]


def ball(nominee: Nominee, tickets: Sequence[NomineeTicket]) -> Ball | None:
    """Who has to do something now; None where nobody has."""
    if nominee.state is NomineeState.INVITED:
        return Ball(nominee.name, nominee.state_since)
    for one in tickets:
        registration = one.registration
        if nominee.state is not NomineeState.REGISTERED or registration is None:
            continue
        if registration.state in WAITING:
            title = registration.conference.title
            return Ball(_("The organisers of %(conference)s", conference=title), registration.state_since)
        if registration.state is RegistrationState.APPROVED:
            return Ball(_("The delegation: to be paid"), registration.state_since)
    return None
