"""What can be had at a conference: ticket types, shared pools, add-ons, and who sells them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.basket import waiting
from expo.payment import sellers
from expo.programme import queries as programme
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.registration import billing, queries, tickets, validity, vouchers
from expo.registration.models import AddOn, SharedPool, TicketType
from expo.registration.tickets import TicketDraft
from expo.web.context import this_expo

from . import blueprint, mine
from .ticket_forms import AddOnForm, MoneyForm, PoolForm, TicketForm


@blueprint.get("/organise/conferences/<slug>/tickets", endpoint="tickets")
def ticket_list(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    kinds = queries.every_of(found.id)
    add_ons = queries.add_ons([found.id]).get(found.id, [])
    shared = tickets.shared_pools(found.expo_id, found.id)
    return render_template(
        "organiser/tickets.html",
        conference=found,
        kinds=kinds,
        add_ons=add_ons,
        shared=[(one, tickets.shared_pool_of(one)) for one in shared],
        left=queries.left([*kinds, *add_ons]),
        waits=waiting.lengths([kind.id for kind in kinds]),
        vouchers=vouchers.of_conference(found.id),
        sellers=sellers.of_expo(found.expo_id),
        seller=_seller_of(found),
        may_expo=mine.may(Deed.SET_UP),
    )


@blueprint.route("/organise/conferences/<slug>/tickets/new", methods=["GET", "POST"])
def new_ticket(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    return _ticket_page(found, None, TicketDraft(""))


@blueprint.route("/organise/conferences/<slug>/tickets/<int:ticket_type_id>", methods=["GET", "POST"])
def ticket(slug: str, ticket_type_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    kind = next((one for one in queries.every_of(found.id) if one.id == ticket_type_id), None) or abort(404)
    return _ticket_page(found, kind, tickets.draft_of(kind))


@blueprint.route("/organise/conferences/<slug>/add-ons/new", methods=["GET", "POST"])
def new_add_on(slug: str) -> ResponseReturnValue:
    return _add_on_page(mine.conference(slug, Deed.SET_UP), None)


@blueprint.route("/organise/conferences/<slug>/add-ons/<int:add_on_id>", methods=["GET", "POST"])
def add_on(slug: str, add_on_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    return _add_on_page(found, tickets.add_on(found.id, add_on_id) or abort(404))


@blueprint.route("/organise/conferences/<slug>/pools/new", methods=["GET", "POST"])
def new_pool(slug: str) -> ResponseReturnValue:
    return _pool_page(mine.conference(slug, Deed.SET_UP), None)


@blueprint.route("/organise/conferences/<slug>/pools/<int:shared_id>", methods=["GET", "POST"])
def pool(slug: str, shared_id: int) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    known = {one.id: one for one in tickets.shared_pools(found.expo_id, found.id)}
    shared = known.get(shared_id) or abort(404)
    if shared.conference_id is None:
        mine.rights().require(Deed.SET_UP, None)
    return _pool_page(found, shared)


@blueprint.post("/organise/conferences/<slug>/seller")
def name_seller(slug: str) -> ResponseReturnValue:
    """Who sells what this conference has. Money goes elsewhere then, so it takes rights in the whole expo."""
    found = mine.conference(slug, Deed.SET_UP)
    mine.rights().require(Deed.SET_UP, None)
    chosen = sellers.seller(found.expo_id, request.form.get("seller", "")) or abort(404)
    billing.let_sell(conference=found, seller=chosen)
    flash(
        _("%(seller)s sells the tickets of %(conference)s.", seller=chosen.name, conference=found.title),
        "success",
    )
    return redirect(url_for("organiser.tickets", slug=slug), code=303)


def edit_page(
    found: Conference,
    form: MoneyForm,
    title: str,
    save: Callable[[], object],
    *,
    hint: str = "",
    back: str = "",
) -> ResponseReturnValue:
    """A form of its own page: shown, or saved and left."""
    back = back or url_for("organiser.tickets", slug=found.slug)
    status = 200
    if request.method == "POST":
        if form.validate() and form.settled(found.zone) and form.accepts(save) and not form.errors:
            flash(_("Saved."), "success")
            return redirect(back, code=303)
        status = form.status
    else:
        form.show(found.zone)
    return render_template(
        "organiser/edit.html", conference=found, form=form, title=title, hint=hint, back=back
    ), status


def _ticket_page(found: Conference, kind: TicketType | None, draft: TicketDraft) -> ResponseReturnValue:
    shared = tickets.shared_pools(found.expo_id, found.id)
    codes = [one.code for one in validity.occurrences_of(kind.id)] if kind else []
    form = TicketForm.of(draft, shared, codes, _sent())
    wanted = [programme.occurrence(found.expo_id, code.upper()) for code in form.occurrences.data or ()]
    known = [one for one in wanted if one is not None and one.session.conference_id == found.id]

    def save() -> None:
        new = form.read(draft, tuple(sorted({one.id for one in known})))
        if not form.errors:
            tickets.save_ticket_type(conference=found, draft=new, ticket_type=kind)

    if len(known) < len(wanted) and request.method == "POST":
        form.validate()
        form.occurrences.errors = [_("There is no such time in this conference.")]
        return render_template(
            "organiser/edit.html",
            conference=found,
            form=form,
            title=_("Ticket"),
            hint="",
            back=url_for("organiser.tickets", slug=found.slug),
        ), 422
    return edit_page(found, form, kind.name if kind else _("New ticket"), save)


def _add_on_page(found: Conference, one: AddOn | None) -> ResponseReturnValue:
    form = AddOnForm.of(one, _sent())

    def save() -> None:
        position = one.position if one else len(queries.add_ons([found.id]).get(found.id, ()))
        draft = form.read(position)
        if not form.errors:
            tickets.save_add_on(conference=found, draft=draft, add_on=one)

    return edit_page(found, form, one.name if one else _("New add-on"), save)


def _pool_page(found: Conference, shared: SharedPool | None) -> ResponseReturnValue:
    above = tickets.shared_pool_of(shared) if shared else None
    saved: dict[str, Any] = {}
    if shared:
        saved = {
            "name": shared.name,
            "places": shared.pool.capacity,
            "below": str(above.id) if above else "",
        }
    form = PoolForm(_sent(), data=saved)
    of_expo = [one for one in tickets.shared_pools(found.expo_id) if shared is None or one.id != shared.id]
    own = shared is None or shared.conference_id is not None
    form.below.choices = [("", _("Nothing above it"))]
    if own:
        form.below.choices += [(str(one.id), one.name) for one in of_expo]
        if shared is None and mine.may(Deed.SET_UP):
            form.below.choices.append(("expo", _("A pool of the whole expo, not of this conference")))

    def save() -> None:
        choice = form.below.data or ""
        below = next((one for one in of_expo if str(one.id) == choice), None)
        tickets.save_shared_pool(
            expo_id=this_expo().id,
            name=form.name.data or "",
            places=form.places.data,
            conference=found if own and choice != "expo" else None,
            shared=shared,
            below=below,
        )

    return edit_page(found, form, shared.name if shared else _("New shared pool"), save)


def _seller_of(found: Conference) -> str:
    named = billing.named_seller(found)
    return named.slug if named else "expo"


def _sent() -> Any:
    return request.form if request.method == "POST" else None
