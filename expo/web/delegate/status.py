"""How a registration's way is told: a line of steps, and who has the ball."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _

from expo.registration import letters
from expo.registration.models import Registration, RegistrationState
from expo.web.filters import city_moment, title_here

_WAITING = (RegistrationState.SUBMITTED, RegistrationState.PRE_APPROVED)


@dataclass(frozen=True, slots=True)
class Step:
    """One knob of the line; `state` is done, current, todo or failed."""

    label: str
    state: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """All steps, who has the ball, and what happens next."""

    steps: list[Step]
    holder: str
    next: str


def steps_of(registration: Registration) -> Way:
    """The way of one registration, in the reader's language."""
    since = _when(registration.state_since)
    state = registration.state
    steps = [Step(_("Sent"), "done", _when(registration.submitted_at))]
    if registration.ticket_type.needs_approval:
        if registration.ticket_type.approval_stages == 2:
            steps.append(_first_decision(state, since))
        steps.append(_decision(registration, since))
    if state is RegistrationState.APPROVED:
        who = _payer(registration)
        label = _("%(payer)s pays", payer=who) if who else _("You pay")
        steps.append(Step(label, "current", _("since %(moment)s", moment=since)))
    if registration.handed_to_id is not None:
        steps.append(Step(_("Handed on"), "done", since))
    elif state in (RegistrationState.WITHDRAWN, RegistrationState.REVOKED):
        steps.append(Step(_("Ended"), "failed", since))
    elif state is not RegistrationState.REFUSED:
        confirmed = state is RegistrationState.CONFIRMED
        steps.append(Step(_("Confirmed"), "done" if confirmed else "todo", since if confirmed else None))
    return Way(steps, _holder(registration), _next(registration))


def _first_decision(state: RegistrationState, since: str) -> Step:
    """The first of two: while it is missing, the ball is there."""
    if state is RegistrationState.SUBMITTED:
        return Step(_("Checked first"), "current", _("since %(moment)s", moment=since))
    return Step(_("Checked first"), "done", since if state is RegistrationState.PRE_APPROVED else None)


def _decision(registration: Registration, since: str) -> Step:
    state, kind = registration.state, registration.ticket_type
    if state is RegistrationState.SUBMITTED and kind.approval_stages == 2:
        return Step(_("The organisers decide"), "todo")
    if state in _WAITING:
        return Step(_("The organisers decide"), "current", _("since %(moment)s", moment=since))
    if state is RegistrationState.REFUSED:
        return Step(_("Not approved"), "failed", since)
    return Step(_("Approved"), "done", since if state is RegistrationState.CONFIRMED else None)


def _holder(registration: Registration) -> str:
    if registration.state in _WAITING:
        return _("The organisers of %(conference)s", conference=title_here(registration.conference))
    if registration.state is RegistrationState.APPROVED:
        return _payer(registration) or _("You")
    return _("You")


def _payer(registration: Registration) -> str:
    """Who pays, where that is somebody else."""
    payer = letters.payer_of(registration)
    return (payer.organisation or payer.name) if payer else ""


def _next(registration: Registration) -> str:
    if registration.handed_to_id is not None:
        return _("You handed this place on. It is your colleague's now.")
    match registration.state:
        case RegistrationState.SUBMITTED | RegistrationState.PRE_APPROVED if (
            registration.ticket_type.decide_by
        ):
            by = _when(registration.ticket_type.decide_by)
            return _("Nothing for you to do. They decide by %(moment)s, and you get a letter.", moment=by)
        case RegistrationState.SUBMITTED | RegistrationState.PRE_APPROVED:
            return _("Nothing for you to do. You get a letter as soon as they have decided.")
        case RegistrationState.APPROVED:
            return _pay(registration)
        case RegistrationState.CONFIRMED:
            return _("Your badge opens it. Book seats in the sessions that need one.")
        case RegistrationState.REFUSED:
            return _("You can register again with another ticket.")
        case RegistrationState.WITHDRAWN | RegistrationState.REVOKED:
            return _("Register again if you want to come after all.")
        case _:
            return _("Go on where you stopped.")


def _pay(registration: Registration) -> str:
    order, payer = registration.order, _payer(registration)
    if payer:
        return _("%(payer)s pays for it, and your place is held until then.", payer=payer)
    if order is None or order.due_at is None:
        return _("Pay, and your place is confirmed.")
    return _(
        "Pay order %(code)s by %(moment)s, and your place is confirmed. Until then it is held for you.",
        code=order.code,
        moment=_when(order.due_at),
    )


def _when(moment: datetime) -> str:
    return city_moment(moment)
