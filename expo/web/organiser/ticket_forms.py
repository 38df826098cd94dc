"""What organisers type about tickets, pools, add-ons, vouchers, sellers and payments; `read()` gives typed values."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import BooleanField, HiddenField, SelectField

from expo.capacity.refusals import PoolFull, PoolInUse
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.payment.models import PayMethod, Seller
from expo.payment.refusals import KeyUsed, RefundTooMuch, WrongRefundStep
from expo.payment.sellers import SellerDraft
from expo.programme.models import Conference
from expo.registration import cancelling
from expo.registration.models import AddOn, Category, SharedPool
from expo.registration.refusals import TicketsGone
from expo.registration.tickets import AddOnDraft, TicketDraft
from expo.registration.vouchers import VoucherDraft
from expo.web import amounts
from expo.web.forms import (
    CityMomentField,
    DayList,
    LineList,
    PlainForm,
    TextBlock,
    TextLine,
    WholeNumber,
    WordList,
    countries,
    needed,
    short,
)
from expo.web.texts import _l
from expo.web.words import CATEGORIES, PAY_METHODS


class MoneyForm(PlainForm):
    """A form with amounts and moments: what cannot be read is said beside its box."""

    # Fields under their legends, and how wide the short ones are; where it says nothing, all stand in their order.
    groups: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()
    sizes: ClassVar[dict[str, str]] = dict.fromkeys(
        (
            "price", "currency", "vat", "quota", "position", "valid_from", "valid_until", "approval_stages",
            "percent", "amount_off", "max_uses", "budget", "reserve",
        ),
        "short",
    )  # fmt: skip

    expected = (ChangedMeanwhile, PoolInUse, PoolFull, TicketsGone, KeyUsed, RefundTooMuch, WrongRefundStep)

    def amount(self, name: str, currency: str) -> int:
        """The amount in this box, 0 where it is empty; an error stands beside it where it is none."""
        field = self._fields[name]
        if not (field.data or "").strip():
            return 0
        try:
            return amounts.minor(field.data, currency)
        except ValueError as wrong:
            field.errors = [*field.errors, str(wrong)]
            return 0

    def show(self, zone: ZoneInfo) -> None:
        for field in self._fields.values():
            if isinstance(field, CityMomentField):
                field.show(zone)

    def settled(self, zone: ZoneInfo) -> bool:
        """Whether every moment exists where the conference is, and no box has an error."""
        moments = [field for field in self._fields.values() if isinstance(field, CityMomentField)]
        every = [field.settle(zone) for field in moments]
        return all(every) and not self.errors


def _moment(field: CityMomentField) -> datetime | None:
    found: datetime | None = field.data
    return found


class RuleList(LineList):
    """How much goes back to whoever cancels: days and per cent, one pair per line."""

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "\n".join(f"{days}: {percent}" for days, percent in self.data or ())

    def process_formdata(self, valuelist: list[str]) -> None:
        super().process_formdata(valuelist)
        try:
            self.data = cancelling.read(self.data)
        except BadInput as wrong:
            self.data = ()
            raise ValueError(wrong.message) from wrong


class TicketForm(MoneyForm):
    """A ticket type."""

    groups = (
        (_l("Ticket"), ("name", "audience", "category", "position")),
        (_l("Price"), ("price", "currency", "vat", "is_donation", "cancellation")),
        (_l("Places"), ("quota", "shared_pool")),
        (_l("Sale"), ("sale_from", "sale_until", "transfer_until", "is_hidden", "code")),
        (_l("Approval"), ("needs_approval", "approval_stages", "owners_last", "decide_by", "answer_by")),
        (_l("What it opens"), ("valid_days", "valid_from", "valid_until", "occurrences")),
    )

    name = TextLine(_l("Name"), [needed(_l("Give the ticket a name.")), short(120)])
    audience = TextLine(_l("For whom"), [short(300)])
    category = SelectField(_l("Who comes with it is"), choices=lambda: list(CATEGORIES.items()))
    price = TextLine(_l("Price"), [short(20)], description=_l("VAT included; empty means free."))
    currency = TextLine(_l("Currency"), [short(3)], default="SEK")
    vat = WholeNumber(_l("VAT in per cent"), least=0, most=50)
    is_donation = BooleanField(_l("A donation: the price is the least, who comes chooses the amount"))
    cancellation = RuleList(
        _l("Goes back to whoever cancels"),
        description=_l(
            "Days before the conference and per cent, one pair per line, such as 14: 50. Empty: nothing goes back."
        ),
    )
    quota = WholeNumber(_l("Places"), least=0, most=1_000_000, description=_l("Empty: no limit of its own."))
    shared_pool = SelectField(_l("Takes places of"), choices=[], default="")
    needs_approval = BooleanField(_l("The organisers approve each delegate"))
    approval_stages = SelectField(_l("Approvals"), choices=lambda: [("1", "1"), ("2", "2")], default="1")
    owners_last = BooleanField(_l("Of two approvals, only owners give the last one"))
    decide_by = CityMomentField(
        _l("The organisers decide by"),
        description=_l("Whoever decides is reminded three days and one day before."),
    )
    answer_by = CityMomentField(_l("The approved have to pay by"))
    sale_from = CityMomentField(_l("Sold from"))
    sale_until = CityMomentField(_l("Sold until"))
    transfer_until = CityMomentField(
        _l("Can be handed on to somebody else until"), description=_l("Empty: until the conference is over.")
    )
    valid_days = DayList(
        _l("Days on which it opens"), description=_l("One per line, such as 2022-06-01. Empty: all.")
    )
    valid_from = TextLine(_l("From what time"), [short(5)])
    valid_until = TextLine(_l("Until what time"), [short(5)])
    occurrences = LineList(
        _l("Only these sessions"), description=_l("One code per line. Empty: all sessions.")
    )
    is_hidden = BooleanField(_l("Hidden until its code is typed"))
    code = TextLine(_l("Code that opens it"), [short(40)])
    position = WholeNumber(_l("Order in the list"), least=0, most=9999)

    @classmethod
    def of(
        cls, draft: TicketDraft, pools: list[SharedPool], codes: list[str], sent: Any = None
    ) -> TicketForm:
        """The form of a ticket type: as it is saved, or as it was sent."""
        saved = {name: getattr(draft, name) for name in TicketDraft.__slots__}
        saved |= {
            "category": draft.category.value,
            "price": amounts.typed(draft.price_minor, draft.currency) if draft.price_minor else "",
            "vat": draft.vat_basis_points // 100,
            "shared_pool": str(draft.shared_pool_id or ""),
            "approval_stages": str(draft.approval_stages),
            "occurrences": tuple(codes),
        }
        form = cls(sent, data=saved)
        form.shared_pool.choices = [
            ("", _("Its own places only")),
            *((str(one.id), one.name) for one in pools),
        ]
        return form

    def read(self, before: TicketDraft, occurrence_ids: tuple[int, ...]) -> TicketDraft:
        currency = (self.currency.data or "SEK").upper()
        return TicketDraft(
            name=self.name.data or "",
            price_minor=self.amount("price", currency),
            currency=currency,
            vat_basis_points=100 * (self.vat.data or 0),
            quota=self.quota.data,
            needs_approval=bool(self.needs_approval.data),
            audience=self.audience.data or "",
            category=Category(self.category.data),
            is_open_pass=before.is_open_pass,
            position=self.position.data or 0,
            sale_from=_moment(self.sale_from),
            sale_until=_moment(self.sale_until),
            transfer_until=_moment(self.transfer_until),
            shared_pool_id=int(self.shared_pool.data) if self.shared_pool.data else None,
            is_donation=bool(self.is_donation.data),
            is_hidden=bool(self.is_hidden.data),
            code=self.code.data or "",
            owners_last=bool(self.owners_last.data),
            approval_stages=int(self.approval_stages.data or 1),
            cancellation=self.cancellation.data or (),
            decide_by=_moment(self.decide_by),
            answer_by=_moment(self.answer_by),
            valid_days=tuple(day.isoformat() for day in self.valid_days.data or ()),
            valid_from=self.valid_from.data or "",
            valid_until=self.valid_until.data or "",
            occurrence_ids=occurrence_ids,
        )


class AddOnForm(MoneyForm):
    """Lunch, a tour."""

    name = TextLine(_l("Name"), [needed(_l("Give the add-on a name.")), short(120)])
    price = TextLine(_l("Price"), [short(20)], description=_l("VAT included; empty means free."))
    currency = TextLine(_l("Currency"), [short(3)], default="SEK")
    vat = WholeNumber(_l("VAT in per cent"), least=0, most=50)
    quota = WholeNumber(_l("Places"), least=0, most=1_000_000, description=_l("Empty: no limit of its own."))
    sale_until = CityMomentField(_l("Sold until"))

    @classmethod
    def of(cls, one: AddOn | None, sent: Any = None) -> AddOnForm:
        if one is None:
            return cls(sent)
        saved = {
            "name": one.name,
            "price": amounts.typed(one.price_minor, one.currency) if one.price_minor else "",
            "currency": one.currency,
            "vat": one.vat_basis_points // 100,
            "quota": one.pool.capacity,
            "sale_until": one.sale_until,
        }
        return cls(sent, data=saved)

    def read(self, position: int) -> AddOnDraft:
        currency = (self.currency.data or "SEK").upper()
        return AddOnDraft(
            self.name.data or "",
            self.amount("price", currency),
            currency,
            100 * (self.vat.data or 0),
            self.quota.data,
            _moment(self.sale_until),
            position,
        )


class PoolForm(MoneyForm):
    """Places that several tickets share."""

    name = TextLine(_l("Name"), [needed(_l("Give the pool a name.")), short(120)])
    places = WholeNumber(_l("Places"), least=0, most=1_000_000, description=_l("Empty: no limit of its own."))
    below = SelectField(_l("Takes places of"), choices=[], default="")


class VoucherForm(MoneyForm):
    """A voucher, or an invitation if it is bound to an address."""

    groups = (
        (_l("Code"), ("name", "code", "ticket_type", "valid_until")),
        (_l("Gives"), ("percent", "amount_off", "skips_approval", "opens_hidden")),
        (_l("How often"), ("max_uses", "budget", "reserve")),
        (_l("For whom"), ("for_email", "for_domain")),
    )

    name = TextLine(_l("Note"), [short(120)], description=_l("What it is for. Only your team reads it."))
    code = TextLine(_l("Code"), [short(40)], description=_l("Empty: one that nobody guesses is made."))
    ticket_type = SelectField(_l("For"), choices=[], default="")
    percent = WholeNumber(_l("Per cent off"), least=0, most=100)
    amount_off = TextLine(_l("Amount off"), [short(20)])
    max_uses = WholeNumber(
        _l("How many times"), least=1, most=1_000_000, default=1, description=_l("Empty: no limit.")
    )
    budget = TextLine(_l("Budget"), [short(20)], description=_l("All uses together take off no more."))
    reserve = WholeNumber(
        _l("Places set aside"), least=0, most=1_000_000, description=_l("Nobody else gets them.")
    )
    for_email = TextLine(
        _l("Only for this address"), [short(254)], description=_l("Gets the invitation by mail.")
    )
    for_domain = TextLine(_l("Only for addresses of"), [short(254)], description=_l("Such as lund.se."))
    skips_approval = BooleanField(_l("Needs no approval"))
    opens_hidden = BooleanField(_l("Opens hidden tickets"))
    valid_until = CityMomentField(_l("Valid until"))

    def read(self, conference: Conference, currency: str) -> VoucherDraft:
        return VoucherDraft(
            name=self.name.data or "",
            code=self.code.data or "",
            ticket_type_id=int(self.ticket_type.data) if self.ticket_type.data else None,
            percent=self.percent.data or 0,
            amount_minor=self.amount("amount_off", currency),
            max_uses=self.max_uses.data,
            budget_minor=self.amount("budget", currency) if (self.budget.data or "").strip() else None,
            for_email=self.for_email.data or "",
            for_domain=self.for_domain.data or "",
            skips_approval=bool(self.skips_approval.data),
            opens_hidden=bool(self.opens_hidden.data),
            valid_until=_moment(self.valid_until),
        )


_SELLERS_OWN = (
    "org_number", "street", "postcode", "city", "country", "iban", "endpoint", "swish", "provider_account",
)  # fmt: skip


class SellerForm(MoneyForm):
    """A legal owner of prices."""

    groups = (
        (_l("Who it is"), ("name", "vat_number", "org_number", "street", "postcode", "city", "country")),
        (_l("What it sells"), ("currencies", "pay_days", "refund_limit")),
        (_l("How it is paid"), ("how_to_pay", "iban", "swish", "provider_account", "endpoint")),
    )

    name = TextLine(_l("Legal name"), [needed(_l("A seller needs its legal name.")), short(200)])
    vat_number = TextLine(_l("VAT number"), [short(40)])
    org_number = TextLine(_l("Registration number"), [short(40)])
    street = TextLine(_l("Street"), [short(200)])
    postcode = TextLine(_l("Postcode"), [short(20)])
    city = TextLine(_l("City"), [short(120)])
    country = SelectField(_l("Country"), choices=countries, default="SE")
    iban = TextLine(_l("IBAN"), [short(42)])
    swish = TextLine(_l("Swish number"), [short(20)], description=_l("For payments at the desk."))
    provider_account = TextLine(
        _l("Account at the payment provider"),
        [short(80)],
        description=_l("Such as acct_1AbC. Empty: the platform's."),
    )
    endpoint = TextLine(
        _l("Address for electronic invoices"),
        [short(100)],
        description=_l("Scheme and number, such as 0007:2120001157."),
    )
    currencies = WordList(
        _l("Currencies"),
        pattern="[a-z]{3}",
        message=_l("Name currencies by three letters, such as SEK or EUR."),
    )
    pay_days = WholeNumber(_l("Days to pay"), least=1, most=365, default=14)
    refund_limit = TextLine(
        _l("Refunds that need a second person"),
        [short(20)],
        description=_l("Above this amount, in the currency of the order. Empty: all of them."),
    )
    how_to_pay = TextBlock(
        _l("How to pay"),
        [short(2000)],
        description=_l("Account, reference, address: it stands on each bill."),
    )

    @classmethod
    def of(cls, one: Seller | None, sent: Any = None) -> SellerForm:
        if one is None:
            return cls(sent, data={"currencies": ("sek",), "refund_limit": "5000"})
        saved = {
            "name": one.name,
            "vat_number": one.vat_number,
            "currencies": tuple(one.currencies.split()),
            "pay_days": one.pay_days,
            "how_to_pay": one.how_to_pay,
            "refund_limit": amounts.typed(one.refund_limit_minor, "SEK"),
            **{name: getattr(one, name) for name in _SELLERS_OWN},
        }
        return cls(sent, data=saved)

    def read(self) -> SellerDraft:
        return SellerDraft(
            self.name.data or "",
            self.vat_number.data or "",
            tuple(word.upper() for word in self.currencies.data or ()),
            self.how_to_pay.data or "",
            self.pay_days.data or 14,
            self.amount("refund_limit", "SEK"),
            **{name: self._fields[name].data or "" for name in _SELLERS_OWN},
        )


class PaymentForm(MoneyForm):
    """Money that came."""

    key = HiddenField()
    method = SelectField(
        _l("How it came"),
        choices=lambda: [
            (way.value, said) for way, said in PAY_METHODS.items() if way is not PayMethod.CHECKOUT
        ],
    )
    came = TextLine(_l("Amount"), [needed(_l("How much came?")), short(20)])
    note = TextLine(_l("Note"), [short(300)], description=_l("Reference, receipt, who brought it."))


class RefundForm(MoneyForm):
    """Money that shall go back although the place is kept."""

    key = HiddenField()
    line = SelectField(_l("Of what"), choices=[])
    less = TextLine(_l("How much"), [needed(_l("How much shall go back?")), short(20)])
    why = TextLine(
        _l("Why"),
        [needed(_l("Say why: it stands in the books.")), short(300)],
        description=_l("The delegate does not read it."),
    )
