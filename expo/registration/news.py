"""What the registration room tells those above it, inside the transaction of the change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registered:
    """Somebody has registered, whatever comes of it; told when all that goes with it is kept."""

    registration_id: int


@dataclass(frozen=True, slots=True)
class RegistrationConfirmed:
    """Somebody now has a place at a conference."""

    registration_id: int


@dataclass(frozen=True, slots=True)
class RegistrationEnded:
    """A confirmed place is no more: withdrawn or revoked."""

    registration_id: int


@dataclass(frozen=True, slots=True)
class TicketOpensAnew:
    """What a ticket of this conference opens has changed."""

    conference_id: int


@dataclass(frozen=True, slots=True)
class RegistrationOver:
    """A registration is no longer live, confirmed before or not: refused, withdrawn or revoked."""

    registration_id: int


@dataclass(frozen=True, slots=True)
class SeatedAgain:
    """A registration that ended because nobody paid in time is live again: the money came. Whoever refuses keeps it
    from being so."""

    registration_id: int


@dataclass(frozen=True, slots=True)
class PlaceHandedOn:
    """The place of this registration is another one's now: what its person was handed ends, too. Seats go along
    where both wish it and the new one is confirmed; the others are given back when the ended one is told of."""

    registration_id: int
    successor_id: int
    with_seats: bool = True


@dataclass(frozen=True, slots=True)
class TicketChanged:
    """A registration that goes on has another ticket, or other add-ons: what it opens is to be looked at anew."""

    registration_id: int
