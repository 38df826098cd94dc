"""Areas, venues and rooms of the whole expo: what each says of itself, and how long it takes on foot between them."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.programme import places as actions
from expo.programme import queries as programme
from expo.programme import removing, walking, ways
from expo.programme.models import Area, Room, Venue
from expo.programme.words import Deed
from expo.reports import timeline
from expo.web.context import this_expo
from expo.web.public import locator
from expo.web.words import FEATURES

from . import blueprint, mine
from .name_forms import NameForm
from .place_forms import RoomForm, VenueForm, WalksForm


@blueprint.get("/organise/places")
def places() -> ResponseReturnValue:
    expo_id = this_expo().id
    rooms: dict[int, list[Room]] = {}
    for room in programme.rooms(expo_id):
        rooms.setdefault(room.venue_id, []).append(room)
    return render_template(
        "organiser/places.html",
        areas=programme.areas(expo_id),
        venues=programme.venues(expo_id),
        rooms=rooms,
        may_edit=mine.may(Deed.SCHEDULE),
    )


@blueprint.get("/organise/places/areas/new")
def new_area() -> ResponseReturnValue:
    _need_right()
    return _area_page(None, NameForm.of(Area))


@blueprint.post("/organise/places/areas/new")
def create_area() -> ResponseReturnValue:
    _need_right()
    form = NameForm.of(Area, sent=request.form)

    def create() -> None:
        actions.find_or_create_area(this_expo(), form.name.data or "", form.names)

    if form.validate() and form.accepts(create):
        flash(_("%(name)s is added.", name=form.name.data), "success")
        return redirect(url_for("organiser.places"), code=303)
    return _area_page(None, form), form.status


@blueprint.get("/organise/places/areas/<slug>")
def area(slug: str) -> ResponseReturnValue:
    found = programme.area(this_expo().id, slug) or abort(404)
    return _area_page(found, NameForm.of(Area, found))


@blueprint.post("/organise/places/areas/<slug>")
def save_area(slug: str) -> ResponseReturnValue:
    found = programme.area(this_expo().id, slug) or abort(404)
    _need_right()
    form = NameForm.of(Area, found, sent=request.form)
    if form.validate() and form.accepts(lambda: form.save(found)):
        flash(_("%(name)s is saved, and shown so at once.", name=found.name), "success")
        return redirect(url_for("organiser.places"), code=303)
    return _area_page(found, form), form.status


@blueprint.get("/organise/places/venues/new")
def new_venue() -> ResponseReturnValue:
    _need_right()
    return _venue_page(None, VenueForm.of(programme.areas(this_expo().id), None, this_expo()))


@blueprint.post("/organise/places/venues/new")
def create_venue() -> ResponseReturnValue:
    _need_right()
    expo, made = this_expo(), list[Venue]()
    areas = programme.areas(expo.id)
    form = VenueForm.of(areas, None, expo, request.form)
    if form.validate() and form.accepts(
        lambda: made.append(actions.save_venue(expo=expo, draft=form.read(areas))[0])
    ):
        flash(_("%(name)s is added. Now give it a room.", name=made[0].name), "success")
        return redirect(url_for("organiser.new_room", slug=made[0].slug), code=303)
    return _venue_page(None, form), form.status


@blueprint.get("/organise/places/venues/<slug>")
def venue(slug: str) -> ResponseReturnValue:
    found = programme.venue(this_expo().id, slug) or abort(404)
    return _venue_page(found, VenueForm.of(programme.areas(this_expo().id), found, this_expo()))


@blueprint.post("/organise/places/venues/<slug>")
def save_venue(slug: str) -> ResponseReturnValue:
    expo = this_expo()
    found = programme.venue(expo.id, slug) or abort(404)
    _need_right()
    areas = programme.areas(expo.id)
    form = VenueForm.of(areas, found, expo, request.form)
    if form.validate() and form.accepts(
        lambda: actions.save_venue(expo=expo, draft=form.read(areas), venue=found, version=form.seen)
    ):
        flash(_("%(name)s is saved, and shown so at once.", name=found.name), "success")
        return redirect(url_for("organiser.venue", slug=found.slug), code=303)
    form.lay_beside(VenueForm.of(areas, found, expo))
    return _venue_page(found, form), form.status


@blueprint.get("/organise/places/venues/<slug>/walks")
def walks(slug: str) -> ResponseReturnValue:
    found = programme.venue(this_expo().id, slug) or abort(404)
    others = _others(found)
    return _walks_page(found, others, WalksForm.of(found, others, ways.of(found.expo_id)))


@blueprint.post("/organise/places/venues/<slug>/walks")
def save_walks(slug: str) -> ResponseReturnValue:
    found = programme.venue(this_expo().id, slug) or abort(404)
    _need_right()
    others = _others(found)
    form = WalksForm.of(found, others, ways.of(found.expo_id), request.form)
    if form.validate() and form.accepts(lambda: ways.say(venue=found, minutes=form.read(others))):
        flash(_("Walking minutes are saved, and shown so at once."), "success")
        return redirect(url_for("organiser.venue", slug=found.slug), code=303)
    return _walks_page(found, others, form), form.status


@blueprint.get("/organise/places/venues/<slug>/rooms/new")
def new_room(slug: str) -> ResponseReturnValue:
    _need_right()
    found = programme.venue(this_expo().id, slug) or abort(404)
    return _room_page(found, None, RoomForm.of(None))


@blueprint.post("/organise/places/venues/<slug>/rooms/new")
def create_room(slug: str) -> ResponseReturnValue:
    _need_right()
    found = programme.venue(this_expo().id, slug) or abort(404)
    form, made = RoomForm.of(None, request.form), list[Room]()
    if form.validate() and form.accepts(
        lambda: made.append(actions.save_room(venue=found, draft=form.read())[0])
    ):
        flash(_("%(name)s is added.", name=made[0].name), "success")
        return redirect(url_for("organiser.venue", slug=found.slug), code=303)
    return _room_page(found, None, form), form.status


@blueprint.get("/organise/places/rooms/<slug>")
def room(slug: str) -> ResponseReturnValue:
    found = programme.room(this_expo().id, slug) or abort(404)
    return _room_page(found.venue, found, RoomForm.of(found))


@blueprint.post("/organise/places/rooms/<slug>")
def save_room(slug: str) -> ResponseReturnValue:
    found = programme.room(this_expo().id, slug) or abort(404)
    _need_right()
    form = RoomForm.of(found, request.form)
    if form.validate() and form.accepts(
        lambda: actions.save_room(venue=found.venue, draft=form.read(), room=found, version=form.seen)
    ):
        flash(_("%(name)s is saved, and shown so at once.", name=found.name), "success")
        return redirect(url_for("organiser.venue", slug=found.venue.slug), code=303)
    form.lay_beside(RoomForm.of(found))
    return _room_page(found.venue, found, form), form.status


@blueprint.post("/organise/places/areas/<slug>/remove")
def remove_area(slug: str) -> ResponseReturnValue:
    return _remove(programme.area(this_expo().id, slug) or abort(404))


@blueprint.post("/organise/places/venues/<slug>/remove")
def remove_venue(slug: str) -> ResponseReturnValue:
    return _remove(programme.venue(this_expo().id, slug) or abort(404))


@blueprint.post("/organise/places/rooms/<slug>/remove")
def remove_room(slug: str) -> ResponseReturnValue:
    return _remove(programme.room(this_expo().id, slug) or abort(404))


def _remove(place: Area | Venue | Room) -> ResponseReturnValue:
    _need_right()
    name = place.name
    removing.remove(thing=place)
    flash(_("%(title)s is removed.", title=name), "success")
    return redirect(url_for("organiser.places"), code=303)


def _need_right() -> None:
    """Places belong to the whole expo, and so must the right to change them."""
    mine.rights().require(Deed.SCHEDULE, None)


def _others(venue: Venue) -> list[Venue]:
    """Whereto one could walk, the nearest first."""
    every = programme.venues(venue.expo_id)
    others = [other for other in every if other.id != venue.id and not other.is_online]
    return sorted(others, key=lambda other: _nearness(venue, other))


def _nearness(venue: Venue, other: Venue) -> tuple[int, int]:
    """Near ones first, then those of whom it is not known, then what is too far to walk."""
    minutes = walking.minutes(venue, other)
    if minutes is None:
        return (1 if other.city == venue.city else 2), 0
    return (0, minutes) if minutes <= ways.LONGEST else (3, 0)


def _area_page(found: Area | None, form: NameForm) -> str:
    return render_template(
        "organiser/area.html",
        area=found,
        form=form,
        may_edit=mine.may(Deed.SCHEDULE),
        venues=[each for each in programme.venues(this_expo().id) if found and each.area_id == found.id],
    )


def _venue_page(found: Venue | None, form: VenueForm) -> str:
    others = _others(found) if found else []
    on_foot = ways.of(this_expo().id)
    return render_template(
        "organiser/venue.html",
        venue=found,
        form=form,
        map=locator.draw(found, others) if found else None,
        rooms=[each for each in programme.rooms(found.expo_id) if each.venue_id == found.id] if found else [],
        features=FEATURES,
        told=sum(on_foot.said(found, other) is not None for other in others) if found else 0,
        others=len(others),
        history=timeline.of([("venue", found.id)], most=6) if found else [],
        may_edit=mine.may(Deed.SCHEDULE),
    )


def _walks_page(found: Venue, others: list[Venue], form: WalksForm) -> str:
    return render_template(
        "organiser/walks.html",
        venue=found,
        longest=ways.LONGEST,
        rows=[(other, walking.minutes(found, other), form[f"to_{other.id}"]) for other in others],
        form=form,
        may_edit=mine.may(Deed.SCHEDULE),
    )


def _room_page(place: Venue, found: Room | None, form: RoomForm) -> str:
    return render_template(
        "organiser/room.html",
        venue=place,
        room=found,
        form=form,
        history=timeline.of([("room", found.id)], most=6) if found else [],
        may_edit=mine.may(Deed.SCHEDULE),
    )
