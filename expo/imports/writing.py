"""Writing checked files into the rooms, by their own actions. What is there already is found, compared and kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from expo.expos import actions as expos
from expo.expos import queries as expo_queries
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import clashes, places, texts
from expo.programme import queries as programme_queries
from expo.programme.drafts import VenueDraft
from expo.programme.models import Conference, Room
from expo.registration import queries as ticket_queries
from expo.registration import tickets
from expo.registration.models import TicketType
from expo.speakers import actions as speakers
from expo.speakers import queries as speaker_queries
from expo.speakers.models import Speaker

from . import h22, positions, provenance, sessions
from .h22 import ConferenceRow, DataSet
from .provenance import Entry
from .tally import Tally
from .texts import of_texts

SLUG = "h22"
COLOURS = 8
ONLINE = "online"  # the name of the venue that is nowhere, in lower case


def write(found: DataSet, tally: Tally) -> Expo:
    """Write everything, inside the caller's transaction. Raises BrokenFiles where the files contradict the expo."""
    expo = _expo(found, tally)
    plan = sessions.plan(expo, found)
    conferences = _conferences(expo, found, tally)
    rooms = _rooms(expo, found, tally)
    people = _speakers(expo, found, tally)
    with clashes.together(expo.id):
        sessions.write(plan, sessions.Known(expo, conferences, rooms, people), tally)
    sold = _tickets(conferences, found, tally)
    provenance.save(expo.id, _origins(found, rooms, sold), tally)
    return expo


def _expo(found: DataSet, tally: Tally) -> Expo:
    draft = next(row.draft for row in found.conferences if row.slug == h22.EXPO)
    values = {
        "name": draft.title,
        "city": draft.city,
        "starts_on": draft.starts_on,
        "ends_on": draft.ends_on,
        "time_zone": draft.time_zone,
        "description": draft.description,
    }
    expo = expo_queries.by_slug(SLUG)
    if expo is None:
        tally.note("expo", known=False, changed=True)
        return expos.create_expo(slug=SLUG, **values)  # type: ignore[arg-type]
    changed = expos.edit_expo(expo=expo, **values)  # type: ignore[arg-type]
    tally.note("expo", known=True, changed=changed)
    return expo


def _conferences(expo: Expo, found: DataSet, tally: Tally) -> dict[str, Conference]:
    made = {conference.slug: conference for conference in programme_queries.conferences(expo.id)}
    numbers = {row.slug: number for number, row in enumerate(found.conferences)}
    for row in _parents_first(found.conferences):
        known = made.get(row.slug)
        colour = known.colour if known else numbers[row.slug] % COLOURS + 1
        made[row.slug], changed = programme.save_conference(
            expo=expo,
            draft=replace(
                row.draft,
                colour=colour,
                other_names=tuple(known.other_names) if known else (),
                day_change_hour=known.day_change_hour if known else 0,
                **of_texts(
                    row.row,
                    "description",
                    "venue",
                    texts.of(known, known.descriptions, known.place_texts) if known else (),
                    known.text_language if known else "",
                ),
            ),
            conference=known,
            slug=row.slug,
            parent=made[row.parent] if row.parent else None,
        )
        tally.note("conferences", known=known is not None, changed=changed)
    return made


def _parents_first(rows: list[ConferenceRow]) -> Iterator[ConferenceRow]:
    by_slug = {row.slug: row for row in rows}
    done: set[str] = set()

    def with_parents(row: ConferenceRow) -> Iterator[ConferenceRow]:
        if row.slug not in done:
            if row.parent:
                yield from with_parents(by_slug[row.parent])
            done.add(row.slug)
            yield row

    for row in rows:
        yield from with_parents(row)


def _rooms(expo: Expo, found: DataSet, tally: Tally) -> dict[str, Room]:
    venues = {venue.name: venue for venue in programme_queries.venues(expo.id)}
    used = _used(found)
    for draft in _venue_drafts(found, used):
        known_venue = venues.get(draft.name)
        if known_venue:  # what organisers wrote stays
            draft = _with_what_they_wrote(draft, places.draft_of_venue(known_venue))
        if known_venue and not draft.is_online and draft.name not in used:
            draft = replace(draft, city=known_venue.city, time_zone=known_venue.time_zone)
        venues[draft.name], changed = places.save_venue(expo=expo, draft=draft, venue=known_venue)
        tally.note("venues", known=known_venue is not None, changed=changed)
    made = {room.name: room for room in programme_queries.rooms(expo.id)}
    for row in found.rooms:
        known = made.get(row.draft.name)
        draft_of_room = row.draft
        if known:
            said = places.draft_of_room(known)
            draft_of_room = replace(
                row.draft,
                parallel_items=said.parallel_items,
                features=said.features,
                text_language=said.text_language,
                accessibility_texts=said.accessibility_texts,
                hours=said.hours,
            )
        room, changed = places.save_room(venue=venues[row.venue], draft=draft_of_room, room=known)
        made[row.draft.name] = room
        tally.note("rooms", known=known is not None, changed=changed)
    return made


def _with_what_they_wrote(draft: VenueDraft, said: VenueDraft) -> VenueDraft:
    """A venue of the files, with what only its page for organisers can say."""
    if said.latitude is not None and said.longitude is not None:
        draft = replace(draft, latitude=said.latitude, longitude=said.longitude)
    return replace(
        draft,
        address=said.address,
        access_notes=said.access_notes,
        step_free_route=said.step_free_route,
        area_id=said.area_id,
        text_language=said.text_language,
        access_texts=said.access_texts,
        route_texts=said.route_texts,
        hours=said.hours,
    )


Cities = Counter[tuple[str, str]]  # city and time zone


def _used(found: DataSet) -> dict[str, Cities]:
    """By the conferences of which city each venue is used, and how often."""
    conferences = {row.slug: row.draft for row in found.conferences}
    venue_of = {row.draft.name: row.venue for row in found.rooms}
    used: dict[str, Cities] = defaultdict(Counter)
    for session in found.sessions:
        conference = conferences[session.conference]
        used[venue_of[session.room]][conference.city, conference.time_zone] += 1
    return dict(used)


def _venue_drafts(found: DataSet, used: dict[str, Cities]) -> list[VenueDraft]:
    """Each venue, in the city and zone of the conferences that use it most."""
    home = next(row.draft for row in found.conferences if row.slug == h22.EXPO)
    drafts = []
    for name in dict.fromkeys(row.venue for row in found.rooms):
        if name.casefold() == ONLINE:
            drafts.append(VenueDraft(name, is_online=True))
            continue
        city, zone = used[name].most_common(1)[0][0] if name in used else (home.city, home.time_zone)
        city, zone = positions.CITIES.get(name, (city, zone))
        latitude, longitude = positions.POSITIONS.get(name, (None, None))
        drafts.append(VenueDraft(name, city, time_zone=zone, latitude=latitude, longitude=longitude))
    return drafts


def _speakers(expo: Expo, found: DataSet, tally: Tally) -> dict[str, Speaker]:
    made = {speaker.slug: speaker for speaker in speaker_queries.every(expo.id)}
    for row in found.speakers:
        known = made.get(row.slug)
        if known is None:
            made[row.slug] = speakers.create_speaker(expo=expo, profile=row.profile, slug=row.slug)
            changed = True
        else:
            changed = speakers.edit_speaker(speaker=known, profile=row.profile)
        tally.note("speakers", known=known is not None, changed=changed)
    return made


def _tickets(
    conferences: dict[str, Conference], found: DataSet, tally: Tally
) -> dict[tuple[str, str], TicketType]:
    made: dict[tuple[str, str], TicketType] = {}
    for slug in dict.fromkeys(row.conference for row in found.tickets):
        for ticket_type in ticket_queries.every_of(conferences[slug].id):
            made[slug, ticket_type.name] = ticket_type
    for row in found.tickets:
        key = (row.conference, row.draft.name)
        known = made.get(key)
        draft = row.draft
        if known:  # when it is sold, what it shares and opens is not in the files
            draft = replace(
                tickets.draft_of(known), **{name: getattr(draft, name) for name in h22.OF_A_TICKET}
            )
        made[key], changed = tickets.save_ticket_type(
            conference=conferences[row.conference], draft=draft, ticket_type=known
        )
        tally.note("ticket types", known=known is not None, changed=changed)
    return made


def _origins(
    found: DataSet, rooms: dict[str, Room], sold: dict[tuple[str, str], TicketType]
) -> Iterable[Entry]:
    for source in found.sources:
        yield Entry(provenance.SOURCE, source.key, h22.Origin(source.url, source.supports))
    for conference in found.conferences:
        yield Entry("conference", conference.slug, conference.origin)
    for room in found.rooms:
        yield Entry("room", rooms[room.draft.name].slug, room.origin)
    for speaker in found.speakers:
        yield Entry("speaker", speaker.slug, speaker.origin)
    for session in found.sessions:
        yield Entry("session", session.code, session.origin)
    for each in found.appearances:
        yield Entry("appearance", f"{each.session} {each.speaker} {each.role}", each.origin)
    for ticket in found.tickets:
        slug = sold[ticket.conference, ticket.draft.name].slug
        yield Entry("ticket_type", f"{ticket.conference}/{slug}", ticket.origin)
