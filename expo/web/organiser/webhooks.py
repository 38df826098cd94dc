"""Webhooks: machines that are told what happens in one's conferences, what was delivered, and sending it again."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, needed
from expo.web.texts import _l
from expo.webhooks import actions, events, queries
from expo.webhooks.models import DeliveryState, WebhookEndpoint
from expo.webhooks.refusals import EndpointEnded

from . import blueprint, mine

MEANINGS = {
    "registration.confirmed": _l("Somebody has a place at a conference."),
    "registration.changed": _l("A registration has another ticket or other add-ons."),
    "registration.ended": _l("A registration was refused, withdrawn or revoked."),
    "order.settled": _l("Nothing is left to pay on an order."),
    "order.expired": _l("An order was not paid in time."),
    "release.published": _l("A release of the programme is out."),
}


class EndpointForm(PlainForm):
    """Where to tell what."""

    url = TextLine(
        _l("Address of the server"),
        [needed(_l("Write the address of your server."))],
        description=_l("It begins with https:// and is reachable from anywhere."),
    )
    conference = SelectField(_l("Of which conference"), choices=[])
    kinds = SelectMultipleField(
        _l("What to tell"),
        choices=lambda: [(kind, f"{kind}: {MEANINGS[kind]}") for kind in events.KINDS],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
        description=_l("None ticked: everything there is, now and later."),
    )


@blueprint.get("/organise/webhooks")
def webhooks() -> ResponseReturnValue:
    return _page(_form())


@blueprint.post("/organise/webhooks")
def add_webhook() -> ResponseReturnValue:
    form = _form()
    made: list[tuple[WebhookEndpoint, str]] = []

    def act() -> None:
        slug = str(form.conference.data or "")
        conference = mine.conference(slug, Deed.SET_UP) if slug else None
        if conference is None:
            mine.rights().require(Deed.SET_UP, None)
        made.append(
            actions.add(
                expo_id=this_expo().id,
                conference=conference,
                url=form.url.data or "",
                kinds=form.kinds.data or (),
            )
        )

    if form.validate() and form.accepts(act):
        # On this very page, once: it stands in no address, no cookie and no table.
        return _one(made[0][0], secret=made[0][1])
    return _page(form), form.status


@blueprint.get("/organise/webhooks/<int:endpoint_id>")
def webhook(endpoint_id: int) -> ResponseReturnValue:
    return _one(_mine(endpoint_id))


@blueprint.post("/organise/webhooks/<int:endpoint_id>/end")
def end_webhook(endpoint_id: int) -> ResponseReturnValue:
    actions.end(endpoint=_mine(endpoint_id))
    flash(_("Nothing is told there any more."), "success")
    return redirect(url_for("organiser.webhooks"), code=303)


@blueprint.post("/organise/webhooks/<int:endpoint_id>/test")
def test_webhook(endpoint_id: int) -> ResponseReturnValue:
    found = _mine(endpoint_id)
    try:
        actions.send_test(endpoint=found)
        flash(_("A test is on its way. Look here in a moment."), "success")
    except EndpointEnded as no:
        flash(no.message, "warning")
    return redirect(url_for("organiser.webhook", endpoint_id=endpoint_id), code=303)


@blueprint.post("/organise/webhooks/<int:endpoint_id>/replay", defaults={"delivery_id": None})
@blueprint.post("/organise/webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/replay")
def replay(endpoint_id: int, delivery_id: int | None) -> ResponseReturnValue:
    """One delivery again, or all that failed."""
    found = _mine(endpoint_id)
    if delivery_id is not None and queries.delivery(found.id, delivery_id) is None:
        abort(404)
    try:
        count = actions.replay(endpoint=found, delivery_id=delivery_id)
        flash(ngettext("One delivery is sent again.", "%(num)s deliveries are sent again.", count), "success")
    except EndpointEnded as no:
        flash(no.message, "warning")
    return redirect(url_for("organiser.webhook", endpoint_id=endpoint_id), code=303)


def _mine(endpoint_id: int) -> WebhookEndpoint:
    """Of one of the conferences that the visitor sets up, or 404."""
    mine.somewhere(Deed.SET_UP)
    found = queries.endpoint(this_expo().id, endpoint_id)
    if found is None or not mine.may(Deed.SET_UP, found.conference_id):
        abort(404)
    return found


def _form() -> EndpointForm:
    mine.somewhere(Deed.SET_UP)
    form = EndpointForm(request.form if request.method == "POST" else None)
    whole = [("", _("Everything of %(expo)s", expo=this_expo().name))] if mine.may(Deed.SET_UP) else []
    form.conference.choices = [*whole, *((one.slug, one.title) for one in mine.conferences(Deed.SET_UP))]
    return form


def _page(form: EndpointForm) -> str:
    found = queries.endpoints(
        this_expo().id, mine.conference_ids(Deed.SET_UP), whole_expo=mine.may(Deed.SET_UP)
    )
    return render_template(
        "organiser/webhooks.html",
        form=form,
        endpoints=found,
        counts=queries.counts([one.id for one in found]),
        states=DeliveryState,
    )


def _one(endpoint: WebhookEndpoint, *, secret: str = "") -> str:
    return render_template(
        "organiser/webhook.html",
        endpoint=endpoint,
        secret=secret,
        deliveries=queries.deliveries(endpoint.id),
        counts=queries.counts([endpoint.id]).get(endpoint.id, {}),
        states=DeliveryState,
    )
