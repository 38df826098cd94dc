"""Where the payment provider tells what happened. It is believed by its signature, and even then only its ids are."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, request
from flask.typing import ResponseReturnValue

from expo.core import audit
from expo.payment import gateway, provider
from expo.payment.refusals import ProviderAway

from . import gates

log = logging.getLogger(__name__)

blueprint = Blueprint("webhooks", __name__)
gates.anybody(blueprint)

MOST_BYTES = 256 * 1024


@blueprint.post("/webhooks/stripe")
def stripe() -> ResponseReturnValue:
    """2xx for whatever was seen to, or is none of ours; 503 asks the provider to send it again."""
    if not current_app.config["EXPO"].stripe_webhook_secrets.split():
        return _said("No webhook secret is configured.", 403)
    if (request.content_length or 0) > MOST_BYTES:
        return _said("Too large.", 413)
    try:
        event = gateway.event(request.get_data(), request.headers.get("Stripe-Signature", ""))
    except gateway.BadSignature:
        return _said("The signature is not valid.", 400)
    audit.set_actor("provider")
    try:
        outcome = provider.receive(event)
    except ProviderAway:
        return _said("Send it again later.", 503)
    if outcome.startswith("refused"):
        log.error("event %s: %s", event.type, outcome)
    return _said(outcome, 200)


def _said(text: str, status: int) -> ResponseReturnValue:
    return text + "\n", status, {"Content-Type": "text/plain; charset=utf-8", "Cache-Control": "no-store"}
