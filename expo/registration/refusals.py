from expo.core.refusals import BadInput, Refusal


class AlreadyRegistered(Refusal):
    """One live registration per person and conference."""

    code = "already_registered"


class TicketsGone(Refusal):
    """The ticket type, or a pool it stands in, is full."""

    code = "tickets_gone"


class NotOnSale(Refusal):
    """Before or after the sale window."""

    code = "not_on_sale"


class WrongStep(Refusal):
    """The registration is not in a state in which that can be done."""

    code = "wrong_step"


class TooLate(Refusal):
    """The day until which that could be done has passed."""

    code = "too_late"


class EmptyBasket(BadInput):
    """Nothing was chosen."""

    code = "empty_basket"


class CodeRefused(BadInput):
    """No voucher and no hidden ticket has this code, or not for these tickets and this person."""

    code = "code_refused"


class VoucherGone(Refusal):
    """The voucher has given all it had."""

    code = "voucher_gone"


class LateIsDecided(Refusal):
    """What becomes of money that came late was decided already."""

    code = "late_is_decided"


class QuoteChanged(Refusal):
    """What would go back, or be to pay, is not what the page said."""

    code = "quote_changed"


class PayerDecides(Refusal):
    """Somebody else pays for this place, so its person alone does not change what it costs."""

    code = "payer_decides"


class ChangeWaits(Refusal):
    """Another change of the same place waits for its payment."""

    code = "change_waits"
