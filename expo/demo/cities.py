"""Nordic cities that the demo's session has invited: one has answered, one has declined, the others have a letter.

The cities and their official codes are real; whoever speaks for them here is invented.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from expo.core import audit, clock
from expo.delegations import actions, nominating, queries
from expo.delegations.actions import FocalPoint, Terms
from expo.delegations.nominating import NomineeDraft
from expo.expos.models import Expo
from expo.organisations import actions as organisations
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import OrganisationKind
from expo.programme import queries as programme
from expo.registration.models import Category

GROUP = "Nordic cities"
SESSION = "h22-50-session"
SEATS = 4  # "at most 4 per delegation", says the ticket
# Name, official code, city, country, and who speaks for it.
CITIES = (
    ("Esbo stad", "049", "Esbo", "FI", "Aino Lindqvist"),
    ("Københavns Kommune", "101", "København", "DK", "Freja Holm"),
    ("Landskrona stad", "1282", "Landskrona", "SE", "Karin Ek"),
    ("Trondheim kommune", "5001", "Trondheim", "NO", "Solveig Dahl"),
    ("Umeå kommun", "2480", "Umeå", "SE", "Jonna Sandström"),
)
NOMINEES = ("Mikkel Friis", "Ida Krogh", "Rasmus Toft")


def invite(expo: Expo, begins: datetime) -> None:
    """Invite them three weeks before, and let two of them answer."""
    group = organisations.find_or_create_group(name=GROUP)
    session = programme.conference(expo.id, SESSION)
    assert session is not None
    points = []
    for name, code, city, country, focal in CITIES:
        draft = OrganisationDraft(name, OrganisationKind.MUNICIPALITY, code, city, country)
        body = organisations.save(draft=draft, organisation=organisations.find_or_create(name=name))[0]
        organisations.put_into_group(group=group, organisations=[body])
        points.append(FocalPoint(name, focal, f"focal-{country.lower()}-{code}@demo.example"))
    terms = Terms((session,), {Category.CITY: SEATS}, begins + timedelta(hours=3, minutes=30))
    with clock.at(begins - timedelta(days=20)):
        invited = {
            one.name: one for one in actions.invite(expo=expo, terms=terms, focal_points=points).delegations
        }
    copenhagen = invited["Københavns Kommune"]
    with clock.at(begins - timedelta(days=9)), audit.acting(f"delegation:{copenhagen.code}"):
        tickets = tuple(queries.offered(copenhagen)[:1])
        for number, name in enumerate(NOMINEES):
            email = f"{name.split()[0].lower()}-dk@demo.example"
            draft_ = NomineeDraft(name, email, tickets, by_link=number > 1)
            nominating.nominate(delegation=copenhagen, draft=draft_)
    umea = invited["Umeå kommun"]
    with clock.at(begins - timedelta(days=6)), audit.acting(f"delegation:{umea.code}"):
        actions.decline(delegation=umea)
