"""What the demo's finance finds in the morning: a seller, tickets that cost something, and orders in all their states."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from expo.accounts import actions as accounts
from expo.accounts.models import Account
from expo.core import audit, clock
from expo.core.money import Money
from expo.expos.models import Expo
from expo.payment import payments, sellers, settling
from expo.payment import queries as payment
from expo.payment.models import Order, PayMethod
from expo.payment.sellers import SellerDraft
from expo.programme import queries as programme
from expo.registration import actions as registrations
from expo.registration import billing, tickets
from expo.registration.models import TicketType
from expo.registration.tickets import AddOnDraft, TicketDraft

CONFERENCE = "urban-brilliance"
_PAYERS = (
    ("Ingela Moberg", "sv", "paid"),
    ("Tariq Rahman", "en", "paid"),
    ("Solveig Aas", "sv", "part back"),
    ("Paulo Mendes", "en", "open"),
    ("Greta Holmqvist", "sv", "twice"),
    ("Nadia Benali", "en", "large refund"),
)


def sell(expo: Expo, team: dict[str, Account], begins: datetime) -> None:
    """All of it, a week before the demo begins."""
    conference = programme.conference(expo.id, CONFERENCE)
    assert conference is not None
    with clock.at(begins - timedelta(days=7)):
        congress = sellers.save_seller(
            expo_id=expo.id,
            draft=SellerDraft(
                "Öresund Congress AB",
                vat_number="SE556677889901",
                org_number="556677-8899",
                street="Kungsgatan 1",
                postcode="252 21",
                city="Helsingborg",
                iban="SE45 5000 0000 0583 9825 7466",
                currencies=("SEK", "EUR"),
                how_to_pay="Bankgiro 5050-1055\nIBAN SE45 5000 0000 0583 9825 7466",
            ),
        )
        billing.let_sell(conference=conference, seller=congress)
        dinner = TicketDraft(
            "Congress seat and dinner", price_minor=129_500, vat_basis_points=2500, quota=120, position=8,
            audience="A seat in the first rows, and dinner on the quay",
        )  # fmt: skip
        patron, _new = tickets.save_ticket_type(
            conference=conference,
            draft=replace(
                dinner, name="Patron", price_minor=750_000, quota=10, position=9, audience="Supports the day"
            ),
        )
        seat, _new = tickets.save_ticket_type(conference=conference, draft=dinner)
        tickets.save_add_on(
            conference=conference,
            draft=AddOnDraft("Harbour tour by boat", 25_000, vat_basis_points=600, quota=40),
        )
        finance = team["finance@demo.example"]
        with audit.acting(f"account:{finance.id}"):
            for number, (name, language, how) in enumerate(_PAYERS):
                _order(expo, patron if how == "large refund" else seat, name, language, how, number)


def _order(expo: Expo, kind: TicketType, name: str, language: str, how: str, number: int) -> None:
    person = accounts.create_person(
        expo_id=expo.id, name=name, email=f"payer-{number}@demo.example", language=language
    )
    order = registrations.submit(person=person, ticket_types=[kind]).order
    if how == "open":
        return
    _pay(order, "first")
    if how == "twice":
        _pay(order, "second")
    elif how in ("part back", "large refund"):
        [line] = payment.lines_of([order.id])
        less = 20_000 if how == "part back" else 600_000
        settling.give_back_part(
            order=order,
            line=line,
            amount=Money(less, order.currency),
            key=f"demo:{order.id}",
            note="The dinner is left out",
        )


def _pay(order: Order, key: str) -> None:
    payments.record(
        order=order, method=PayMethod.TRANSFER, amount=order.total, key=f"{key}:{order.id}", note="Bankgiro"
    )
