from expo.core.refusals import Refusal


class NoElectronicInvoice(Refusal):
    """The seller has not said enough of itself: a file without that is refused by every system that reads it."""

    code = "no_electronic_invoice"
