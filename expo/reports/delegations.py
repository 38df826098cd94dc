"""How many were invited, have answered, come: in numbers, for the top of the organisers' board."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from expo.delegations.models import Standing
from expo.delegations.queries import Line
from expo.organisations.models import OrganisationKind
from expo.registration.models import Category

_CITIES = (OrganisationKind.CITY, OrganisationKind.MUNICIPALITY)


@dataclass(slots=True)
class Seats:
    """Of one category: how many were offered, how many are given."""

    given: int = 0
    taken: int = 0


@dataclass(slots=True)
class Numbers:
    """What a board of delegations says together. Countries and cities are of those that come."""

    delegations: int = 0
    opened: int = 0
    answered: int = 0
    declined: int = 0
    countries: set[str] = field(default_factory=set)
    cities: set[int] = field(default_factory=set)
    seats: dict[Category, Seats] = field(default_factory=dict)


def numbers(lines: Iterable[Line]) -> Numbers:
    """The sums over these delegations; closed ones count only for what is still held."""
    told = Numbers()
    for line in lines:
        delegation = line.delegation
        for one in line.seats:
            seats = told.seats.setdefault(one.category, Seats())
            seats.taken += one.pool.taken
            seats.given += one.pool.capacity or 0 if delegation.is_open else one.pool.taken
        if delegation.standing is not Standing.CLOSED:
            told.delegations += 1
            told.opened += delegation.opened_at is not None
            told.answered += delegation.standing is Standing.ANSWERED
            told.declined += delegation.standing is Standing.DECLINED
        if line.taken:
            told.countries |= {delegation.country} - {""}
            if delegation.organisation is not None and delegation.organisation.kind in _CITIES:
                told.cities.add(delegation.organisation.id)
    return told
