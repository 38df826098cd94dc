"""The fixed words of the rooms as people read them, and the signs that go with them."""

from __future__ import annotations

from expo.invoicing.models import DocumentKind
from expo.outcomes.models import OutcomeKind, PartnerRole
from expo.payment.models import Account, PayMethod, PayState, RefundReason, RefundState
from expo.programme.words import MaterialKind, Role
from expo.registration.change_models import ChangeState
from expo.registration.models import Category, RegistrationState
from expo.registration.words import CATEGORIES as CATEGORIES  # pages find all words here
from expo.web.texts import _l

ROLES: dict[Role, str] = {
    Role.OWNER: _l("Owner"),
    Role.SCHEDULER: _l("Scheduler"),
    Role.REGISTRATION: _l("Registration desk"),
    Role.FINANCE: _l("Finance"),
    Role.DOOR_LEAD: _l("Door lead"),
    Role.VIEWER: _l("Viewer"),
}
# The badge's band: a colour of static/css, always beside the word.
BADGE_CLASSES: dict[Category, str] = {
    Category.VISITOR: "b-guest",
    Category.CITY: "b-city",
    Category.MEMBER_STATE: "b-state",
    Category.INTERNATIONAL: "b-un",
    Category.CIVIL_SOCIETY: "b-civil",
    Category.ACADEMIA: "b-academia",
    Category.COMPANY: "b-company",
    Category.PRESS: "b-press",
    Category.SPEAKER: "b-speaker",
    Category.STAFF: "b-staff",
}
REGISTRATION_STATES: dict[RegistrationState, str] = {
    RegistrationState.STARTED: _l("Started"),
    RegistrationState.SUBMITTED: _l("Waits for approval"),
    RegistrationState.PRE_APPROVED: _l("Pre-approved"),
    RegistrationState.APPROVED: _l("Approved, not paid yet"),
    RegistrationState.REFUSED: _l("Not approved"),
    RegistrationState.CONFIRMED: _l("Confirmed"),
    RegistrationState.WITHDRAWN: _l("Withdrawn"),
    RegistrationState.REVOKED: _l("Ended by the organisers"),
}
# The kind of state chip (templates/macros/states.html).
REGISTRATION_KINDS: dict[RegistrationState, str] = {
    RegistrationState.STARTED: "wait",
    RegistrationState.SUBMITTED: "wait",
    RegistrationState.PRE_APPROVED: "wait",
    RegistrationState.APPROVED: "wait",
    RegistrationState.REFUSED: "stop",
    RegistrationState.CONFIRMED: "go",
    RegistrationState.WITHDRAWN: "off",
    RegistrationState.REVOKED: "stop",
}
# Known features of rooms, in the order in which people ask for them.
FEATURES: dict[str, str] = {
    "step-free": _l("Step-free"),
    "lift": _l("Lift"),
    "hearing-loop": _l("Hearing loop"),
    "wheelchair-places": _l("Wheelchair places"),
    "interpreter-booths": _l("Interpreter booths"),
    "seating": _l("Seating on request"),
    "accessible-toilet": _l("Accessible toilet"),
    "captions": _l("Captions"),
    "quiet-room": _l("Quiet room"),
}

# What is handed out with a session, and its icon.
MATERIALS: dict[MaterialKind, str] = {
    MaterialKind.SLIDES: _l("Slides"),
    MaterialKind.PAPER: _l("Paper"),
    MaterialKind.RECORDING: _l("Recording"),
    MaterialKind.STREAM: _l("Stream"),
    MaterialKind.CAPTIONS: _l("Captions"),
    MaterialKind.SIGN_LANGUAGE: _l("Video in sign language"),
    MaterialKind.LINK: _l("Link"),
}
PARTNER_ROLES: dict[PartnerRole, str] = {
    PartnerRole.HOST: _l("Host"),
    PartnerRole.CO_HOST: _l("Co-host"),
    PartnerRole.PARTNER: _l("Partner"),
    PartnerRole.SUPPORTER: _l("Supporter"),
    PartnerRole.SPONSOR: _l("Sponsor"),
    PartnerRole.MEDIA: _l("Media partner"),
}
OUTCOMES: dict[OutcomeKind, str] = {
    OutcomeKind.SUMMARY: _l("Summary"),
    OutcomeKind.PRACTICE: _l("Good practice"),
    OutcomeKind.COMMITMENT: _l("Commitment"),
}
MATERIAL_ICONS: dict[MaterialKind, str] = {
    MaterialKind.SLIDES: "file-text",
    MaterialKind.PAPER: "file-text",
    MaterialKind.RECORDING: "play",
    MaterialKind.STREAM: "play",
    MaterialKind.CAPTIONS: "message-square",
    MaterialKind.SIGN_LANGUAGE: "sign",
    MaterialKind.LINK: "external-link",
}

PAY_METHODS: dict[PayMethod, str] = {
    PayMethod.TRANSFER: _l("Transfer"),
    PayMethod.INVOICE: _l("Invoice"),
    PayMethod.DESK: _l("Cash at the desk"),
    PayMethod.SWISH: _l("Swish at the desk"),
    PayMethod.CHECKOUT: _l("Payment page"),
}
# Each with its kind of mark: a word, a colour, a shape.
PAY_STATES: dict[PayState, tuple[str, str]] = {
    PayState.CREATED: (_l("Page is open"), "wait"),
    PayState.PROCESSING: (_l("On its way"), "wait"),
    PayState.SUCCEEDED: (_l("Came"), "go"),
    PayState.FAILED: (_l("Failed"), "stop"),
    PayState.EXPIRED: (_l("Page closed unpaid"), "off"),
    PayState.DISPUTED: (_l("Disputed"), "stop"),
}
REFUND_STATES: dict[RefundState, tuple[str, str]] = {
    RefundState.REQUESTED: (_l("Asked for"), "wait"),
    RefundState.PENDING: (_l("On its way"), "wait"),
    RefundState.DONE: (_l("Gone back"), "go"),
    RefundState.FAILED: (_l("Failed"), "stop"),
}
CHANGE_STATES: dict[ChangeState, tuple[str, str]] = {
    ChangeState.WAITING: (_l("To pay"), "wait"),
    ChangeState.DONE: (_l("Changed"), "go"),
    ChangeState.LAPSED: (_l("Not paid in time"), "stop"),
    ChangeState.CANCELLED: (_l("Called off"), "off"),
}
REFUND_REASONS: dict[RefundReason, str] = {
    RefundReason.CANCELLATION: _l("Cancelled"),
    RefundReason.CHANGE: _l("Changed to something cheaper"),
    RefundReason.SURPLUS: _l("Paid too much"),
    RefundReason.LATE: _l("Paid too late"),
    RefundReason.GOODWILL: _l("Made cheaper"),
    RefundReason.DISPUTE: _l("Taken back by the payer's bank"),
}
ACCOUNTS: dict[Account, str] = {
    Account.CASH: _l("Cash"),
    Account.BANK: _l("Bank"),
    Account.SWISH: _l("Swish"),
    Account.PROVIDER: _l("Payment provider"),
    Account.DISPUTED: _l("Held for disputes"),
    Account.RECEIVABLE: _l("Owed by delegates"),
    Account.SALES: _l("Sales without VAT"),
    Account.VAT: _l("VAT"),
}

DISCREPANCIES: dict[str, str] = {
    "account": _l("The account cannot be read"),
    "unknown payment": _l("Paid there, unknown here"),
    "payment": _l("Paid there, something else here"),
    "payment not there": _l("Paid here, not there"),
    "unknown refund": _l("Given back there, unknown here"),
    "refund": _l("A refund that stands otherwise here"),
}
DOCUMENT_KINDS: dict[DocumentKind, str] = {
    DocumentKind.INVOICE: _l("Invoice"),
    DocumentKind.CREDIT_NOTE: _l("Credit note"),
}
