"""The delegate's desk: register, book, agenda, badge. Guests and accounts alike."""

from __future__ import annotations

from flask import Blueprint, Response

from expo.web import gates

blueprint = Blueprint("delegate", __name__)
# Registering, the page of an order, and links from letters are for whoever holds them.
gates.signed_in(
    blueprint,
    but=(
        "register", "submit", "hold", "basket", "submit_basket", "extend_basket", "release_basket",
        "wait", "join_waiting", "offer", "accept_offer", "decline_offer", "invitation", "decline_invitation",
        "order", "open_order", "pay", "paid", "decide_late", "ask_invoice", "send_invoice", "invoice", "claim", "use_claim",
        "claim_account", "make_account", "open_pass", "take_pass", "anonymous_pass", "claim_pass", "ask_claim", "claim_by_code",
        "guide", "shared_agenda", "recover", "send_recovery",
    ),
)  # fmt: skip


@blueprint.after_request
def keep_to_themselves(response: Response) -> Response:
    """These pages are about one person: no cache keeps them, no other site learns their address."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


from . import (  # noqa: E402, F401  their views belong to the blueprint
    agenda,
    answers,
    badge,
    ballots,
    changing,
    data,
    favourites,
    feedback,
    guests,
    guides,
    invoices,
    links,
    my,
    offers,
    orders,
    passes,
    paying,
    register,
    seats,
    transfer,
)
