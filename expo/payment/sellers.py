"""Who sells: the legal owners of prices and money. Each expo has one that sells what nobody else does."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit
from expo.core.db import add_unless_there, db, transaction
from expo.core.refusals import BadInput
from expo.core.text import free_slug, one_line
from expo.expos.models import Expo

from . import codes
from .models import Seller


@dataclass(frozen=True, slots=True)
class SellerDraft:
    """A seller. `currencies` are ISO 4217 codes; `how_to_pay` is what bills say: account, reference, address."""

    name: str
    vat_number: str = ""
    currencies: tuple[str, ...] = ("SEK",)
    how_to_pay: str = ""
    pay_days: int = 14
    refund_limit_minor: int = 500_000
    org_number: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "SE"
    iban: str = ""
    endpoint: str = ""
    swish: str = ""
    provider_account: str = ""


def of_expo(expo_id: int) -> list[Seller]:
    """All sellers, the default one first."""
    return list(
        db.session.scalars(
            sa.select(Seller)
            .where(Seller.expo_id == expo_id)
            .order_by(sa.case((Seller.is_default, 0), else_=1), Seller.name, Seller.id)
        )
    )


def seller(expo_id: int, slug: str) -> Seller | None:
    return db.session.scalar(sa.select(Seller).where(Seller.expo_id == expo_id, Seller.slug == slug))


def default(expo_id: int) -> Seller:
    """Who sells where no other seller is named; made with the first order, in its transaction."""
    found = sa.select(Seller).where(Seller.expo_id == expo_id, Seller.is_default)
    known = db.session.scalar(found)
    if known is not None:
        return known
    expo = db.session.get_one(Expo, expo_id)
    new = Seller(expo_id=expo_id, slug="expo", name=expo.name, currencies="SEK EUR", is_default=True)
    return new if add_unless_there(new) else db.session.scalars(found).one()


def save_seller(*, expo_id: int, draft: SellerDraft, seller: Seller | None = None) -> Seller:
    """Make a seller, or change this one. Raises BadInput."""
    if not one_line(draft.name):
        raise BadInput(_("A seller needs its legal name."), field="name")
    if not draft.currencies or not all(re.fullmatch("[A-Z]{3}", one) for one in draft.currencies):
        raise BadInput(_("Name currencies by three letters, such as SEK or EUR."), field="currencies")
    _check_numbers(draft)
    if draft.pay_days < 1:
        raise BadInput(_("Leave at least one day to pay."), field="pay_days")
    values = {**asdict(draft), "name": one_line(draft.name), "currencies": " ".join(draft.currencies)}
    with transaction():
        before = None
        if seller is None:
            taken = {known.slug for known in of_expo(expo_id)} | {"expo"}
            seller = Seller(expo_id=expo_id, slug=free_slug(draft.name, taken), is_default=False, **values)
            db.session.add(seller)
            db.session.flush()
        else:
            before = {name: getattr(seller, name) for name in values}
            for name, value in values.items():
                setattr(seller, name, value)
        if before != values:
            audit.record("seller_saved", "seller", seller.id, expo_id=expo_id, before=before, after=values)
    return seller


def _check_numbers(draft: SellerDraft) -> None:
    """What is mistyped here would stand on every invoice."""
    if draft.vat_number.strip() and not codes.vat_number(draft.vat_number):
        raise BadInput(_("It begins with the country, such as SE212000115701."), field="vat_number")
    if draft.iban.strip() and not codes.iban(draft.iban):
        raise BadInput(_("This is no IBAN: a digit is missing, or stands elsewhere."), field="iban")
    if draft.endpoint.strip() and not codes.endpoint(draft.endpoint):
        raise BadInput(_("Scheme and number, such as 0007:2120001157."), field="endpoint")
