"""Who carries what: a school class with one badge, passes without a name, a place handed on to a colleague, a child
that the demo's delegate speaks for, and somebody who asked to be erased. All invented."""

from __future__ import annotations

from datetime import datetime, timedelta

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.badge import passes
from expo.core import audit, clock
from expo.expos.models import Expo
from expo.organisations import actions as organisations
from expo.privacy import erasing
from expo.registration import actions as registrations
from expo.registration import handing
from expo.registration import passes as places
from expo.registration.actions import Newcomer

from .cities import GROUP
from .guests import HOST

CLASSES = (("Class 7B, Tågaborg School", 28), ("Choir of the harbour", 17))
GUESTS = 3  # passes without a name


def come(expo: Expo, delegate: Account, begins: datetime) -> None:
    """In the days before the demo begins."""
    kind = places.open_pass(expo.id)
    with clock.at(begins - timedelta(days=3)):
        for label, size in CLASSES:
            passes.make(ticket_type=kind, size=size, label=label)
        for _guest in range(GUESTS):
            passes.make(ticket_type=kind)
        organisations.mark_group(group=organisations.find_or_create_group(name=GROUP), mark="Nordic")
        child = Newcomer(expo.id, "Elsa Lindqvist", delegate.email, "sv", city="Helsingborg", country="SE")
        registrations.submit(newcomer=child, ticket_types=[kind])
        _hand_on(expo)
    with clock.at(begins - timedelta(days=1)), audit.acting(f"account:{delegate.id}"):
        gone = accounts.create_person(
            expo_id=expo.id, name="Somebody Else", email=f"somebody-else@{HOST}", language="en"
        )
        registrations.submit(person=gone, ticket_types=[kind])
        erasing.erase(person=gone, reason="Asked by letter.")


def _hand_on(expo: Expo) -> None:
    kind = places.open_pass(expo.id)
    before = registrations.submit(
        newcomer=Newcomer(expo.id, "Rolf Månsson", f"rolf-mansson@{HOST}", "sv"), ticket_types=[kind]
    ).registrations
    with audit.acting(f"person:{before[0].person_id}"):
        handing.hand_on(
            registrations=before, to=Newcomer(expo.id, "Tove Månsson", f"tove-mansson@{HOST}", "sv")
        )
