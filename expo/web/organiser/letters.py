"""Letters of registration, as delegates will read them, in each language."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.desk import previews
from expo.programme.words import Deed
from expo.web.context import offered_languages, this_expo
from expo.web.filters import language_name
from expo.web.texts import _l

from . import blueprint, lists, mine

# When each leaves. What is missing here stands under its own name.
KINDS = {
    "registration_invitation": _l("When you invite somebody"),
    "registration_received": _l("When somebody has registered"),
    "registration_to_complete": _l("When answers are missing"),
    "registration_approved": _l("When you approve"),
    "registration_to_pay": _l("When you approve what has a price"),
    "registration_pay_soon": _l("When it has to be paid soon"),
    "registration_paid": _l("When it is paid"),
    "registration_refused": _l("When you refuse"),
    "registration_revoked": _l("When you revoke"),
    "change_to_pay": _l("When a change of ticket has to be paid"),
    "ticket_changed": _l("When a ticket or what goes with it was changed"),
    "change_lapsed": _l("When a change was not paid in time"),
    "registration_withdrawn": _l("When somebody withdraws"),
    "order_for_others": _l("To whoever pays for a delegation"),
    "order_expired": _l("When it was not paid in time"),
    "waiting_joined": _l("When somebody waits for a ticket"),
    "ticket_offer": _l("When a place is offered to who waits"),
    "offer_lapsed": _l("When an offer was not taken"),
    "delegation_invitation": _l("When you invite a delegation"),
    "delegation_reminder": _l("When a delegation still has seats to give"),
    "nominee_invitation": _l("When somebody is nominated"),
    "nominee_reminder": _l("When a nominee has not answered"),
    "nominee_declined": _l("When a nominee says no, to the focal point"),
    "nominee_withdrawn": _l("When a nomination is taken back"),
    "decisions_wait": _l("When you have to decide soon, to your team"),
    "registration_handed_over": _l("When somebody has passed it on"),
    "registration_handed_to_you": _l("When somebody gets it from a colleague"),
}


@blueprint.get("/organise/letters")
def letters() -> ResponseReturnValue:
    mine.somewhere(Deed.READ_PEOPLE)
    conferences = mine.conferences(Deed.READ_PEOPLE)
    chosen = mine.chosen(lists.asked("conference"), Deed.READ_PEOPLE)
    note = lists.asked("note", 1000) or _("This is where your own words stand.")
    languages = offered_languages()
    kinds = sorted(
        previews.kinds(),
        key=lambda kind: (kind not in KINDS, list(KINDS).index(kind) if kind in KINDS else 0),
    )
    return render_template(
        "organiser/letters.html",
        conferences=conferences,
        chosen=lists.asked("conference"),
        languages_said={code: language_name(code) for code in languages},
        note=note,
        letters=[
            (kind, KINDS.get(kind, kind.replace("_", " ")), [
                previews.of(this_expo(), chosen[0], kind, language, note=note) for language in languages
            ])
            for kind in kinds
        ] if chosen else [],
    )  # fmt: skip
