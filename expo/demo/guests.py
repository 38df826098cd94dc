"""Who comes to the demo: a hundred delegates with names in thirty scripts, and a hundred neighbours. All invented."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from expo.core.text import slug

PEOPLE = Path(__file__).parent / "people.csv"
HOST = "demo.example"
_FIRST = ("Ebba", "Nils", "Wilma", "Amir", "Leila", "Otto", "Saga", "Hugo", "Yasmin", "Viggo")
_LAST = (
    *("Bergkvist", "Haddad", "Nyström", "Kowalska", "Lund", "Sandell", "Petrov", "Åkesson", "Öberg"),
    "Nguyen",
)


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who registers without an account."""

    name: str
    email: str
    language: str
    organisation: str = ""
    city: str = ""
    country: str = ""


def delegates() -> list[Guest]:
    """Those of people.csv."""
    with PEOPLE.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [
        Guest(
            name=row["name"],
            email=_address(row["name"], number),
            language="sv" if row["language"] == "sv" else "en",
            organisation=row["organisation"],
            city=row["city"],
            country=row["country_code"],
        )
        for number, row in enumerate(rows, 1)
    ]


def neighbours() -> list[Guest]:
    """A hundred people of the town, each first name with each last one."""
    return [
        Guest(
            name=f"{first} {last}",
            email=_address(f"{first} {last}", 100 + 10 * turn + number),
            language="sv" if number % 3 else "en",
            city="Helsingborg",
            country="SE",
        )
        for turn in range(10)
        for number, first in enumerate(_FIRST, 1)
        for last in (_LAST[(turn + number) % 10],)
    ]


def _address(name: str, number: int) -> str:
    """Unique, and at a host that can receive nothing."""
    return f"{slug(name, most=30)}-{number}@{HOST}"
