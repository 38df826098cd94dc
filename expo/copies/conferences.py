"""A conference once more, on other days: what was chosen of it, all of it drafts."""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from expo.core import audit
from expo.core.db import transaction
from expo.core.refusals import BadInput
from expo.expos.models import Expo
from expo.programme import actions, many, naming, places, teams
from expo.programme import members as team_queries
from expo.programme import queries as programme
from expo.programme.drafts import ConferenceDraft, OccurrenceDraft
from expo.programme.many import New
from expo.programme.models import Conference, Occurrence
from expo.programme.values import draft_of_conference, draft_of_occurrence, draft_of_session
from expo.programme.words import Placement, SessionState
from expo.questions import actions as questions
from expo.questions import queries as question_queries
from expo.registration import queries as ticket_queries
from expo.registration import tickets
from expo.registration.models import TicketType
from expo.scheduling import breaks


class Part(enum.StrEnum):
    """What of a conference is copied, besides what it says of itself."""

    TRACKS = "tracks"
    SESSIONS = "sessions"  # with their times, rooms and breaks; nobody appears in them
    TICKETS = "tickets"
    QUESTIONS = "questions"
    TEAM = "team"


@dataclass(slots=True)
class Copied:
    """What became of it. `left_out` are ticket types that have a price where nobody sells yet."""

    conference: Conference
    counts: dict[Part, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def copy(
    *, source: Conference, expo: Expo, draft: ConferenceDraft, parts: Collection[Part], parent: Conference | None = None,
    rooms: dict[int, int] | None = None, slug: str | None = None,
) -> Copied:  # fmt: skip
    """Make a conference like that one, its days moved to where the draft begins. Without `rooms` (old id → new) they
    stay the same. All of it or nothing. Raises BadInput."""
    with transaction():
        days = draft.starts_on - source.starts_on
        made = actions.save_conference(expo=expo, draft=draft, parent=parent, slug=slug)[0]
        copied = Copied(made)
        if Part.TRACKS in parts:
            copied.counts[Part.TRACKS] = _tracks(source, made)
        kinds = _tickets(source, made, days, copied) if Part.TICKETS in parts else {}
        if Part.QUESTIONS in parts:
            copied.counts[Part.QUESTIONS] = _questions(source, made, days, kinds)
        if Part.TEAM in parts:
            copied.counts[Part.TEAM] = _team(source, made)
        if Part.SESSIONS in parts:
            copied.counts[Part.SESSIONS] = _sessions(source, made, days, rooms)
            breaks_of(source.expo_id, source, expo, made, days, rooms)
        audit.record(
            "conference_cloned", "conference", made.id, expo_id=expo.id,
            after={"from": source.id, "parts": sorted(parts)},
        )  # fmt: skip
    return copied


def draft_like(source: Conference, *, title: str, starts_on: date) -> ConferenceDraft:
    """What the copy says of itself: the same, from that day on. The city's open programme there is only one of."""
    hosts = programme.hosts([source.id])[source.id]
    days = starts_on - source.starts_on
    draft = draft_of_conference(source, hosts)
    number = None if draft.series_number is None else draft.series_number + 1
    return replace(
        draft,
        title=title,
        starts_on=starts_on,
        ends_on=source.ends_on + days,
        closed_dates=tuple(day + days for day in draft.closed_dates),
        other_names=(),
        series_number=number,
        is_open_programme=False,
    )


def moved(moment: datetime | None, days: timedelta, zone: ZoneInfo) -> datetime | None:
    """The same time of the clock so many days later, whatever the clocks did in between."""
    if moment is None:
        return None
    local = moment.astimezone(zone)
    return (local.replace(tzinfo=None) + days).replace(tzinfo=zone)


def _tracks(source: Conference, made: Conference) -> int:
    known = programme.tracks(source.id)
    for track in known:
        new = places.find_or_create_track(made, track.name)
        if track.names:
            naming.rename(new, name=track.name, names=dict(track.names))
    return len(known)


def _tickets(source: Conference, made: Conference, days: timedelta, copied: Copied) -> dict[int, TicketType]:
    kinds: dict[int, TicketType] = {}
    for kind in ticket_queries.every_of(source.id):
        draft = tickets.draft_of(kind)
        draft = replace(
            draft,
            shared_pool_id=draft.shared_pool_id if source.expo_id == made.expo_id else None,
            is_open_pass=False,
            occurrence_ids=(),  # its times are others now
            valid_days=tuple((date.fromisoformat(day) + days).isoformat() for day in draft.valid_days),
            sale_from=moved(draft.sale_from, days, source.zone),
            sale_until=moved(draft.sale_until, days, source.zone),
            decide_by=moved(draft.decide_by, days, source.zone),
            answer_by=moved(draft.answer_by, days, source.zone),
            transfer_until=moved(draft.transfer_until, days, source.zone),
            code="",  # who knows the old one shall not open the new
            is_hidden=draft.is_hidden and not draft.code,
        )
        if draft.price_minor and source.expo_id != made.expo_id:
            copied.left_out.append(kind.name)
            continue
        kinds[kind.id] = tickets.save_ticket_type(conference=made, draft=draft)[0]
    copied.counts[Part.TICKETS] = len(kinds)
    return kinds


def _questions(source: Conference, made: Conference, days: timedelta, kinds: dict[int, TicketType]) -> int:
    known = question_queries.of_conference(source.id)
    new: dict[int, int] = {}
    for question in known:
        draft = questions.draft_of(question)
        of = frozenset(kinds[kind].id for kind in draft.ticket_type_ids if kind in kinds)
        depends = new.get(draft.depends_on_id or 0)
        draft = replace(
            draft,
            keep_until=draft.keep_until + days,
            change_until=draft.change_until + days if draft.change_until else None,
            ticket_type_ids=of,
            depends_on_id=depends,
            depends_on=draft.depends_on if depends else (),
        )
        new[question.id] = questions.save_question(conference=made, draft=draft).id
    return len(new)


def _team(source: Conference, made: Conference) -> int:
    members = team_queries.of(source.expo_id, source.id)
    for member in members:
        teams.join(expo_id=made.expo_id, account=member.account, role=member.role, conference=made)
    return len(members)


def _sessions(source: Conference, made: Conference, days: timedelta, rooms: dict[int, int] | None) -> int:
    ids = [line.id for line in programme.session_lines(source.expo_id, [source.id])]
    found = programme.sessions_with_times(ids)
    new = [
        New(
            session.id,
            replace(
                draft_of_session(session),
                state=SessionState.DRAFT,
                materials=(),
                contributions=(),
                also_in=(),
            ),
            tuple(_time(time, source, days, rooms) for time in times if time.cancelled_at is None),
            session.parent_id,
        )
        for session, times in sorted(found.values(), key=lambda one: one[0].id)
        if session.state is not SessionState.CANCELLED
    ]
    kept = {one.key for one in new}
    new = [one if one.parent in kept else replace(one, parent=None) for one in new]
    return len(many.create(conference=made, new=new))


def _time(
    time: Occurrence, source: Conference, days: timedelta, rooms: dict[int, int] | None
) -> OccurrenceDraft:
    zone = ZoneInfo((time.room and time.room.venue.time_zone) or source.time_zone)
    draft = draft_of_occurrence(time)
    room = draft.room_id if rooms is None else rooms.get(draft.room_id or 0)
    return replace(
        draft,
        starts_at=moved(draft.starts_at, days, zone),
        ends_at=moved(draft.ends_at, days, zone),
        room_id=room,
        placement=draft.placement if room else Placement.UNPLACED,
    )


def breaks_of(
    expo_id: int, source: Conference | None, expo: Expo, made: Conference | None, days: timedelta,
    rooms: dict[int, int] | None, areas: dict[int, int] | None = None,
) -> None:  # fmt: skip
    """What a conference leaves free; what stops the whole expo, where none is named."""
    drafts = []
    for pause in breaks.of_conference(expo_id, source.id if source else None):
        draft, zone = breaks.draft_of(pause), source.zone if source else expo.zone
        starts_at, ends_at = moved(draft.starts_at, days, zone), moved(draft.ends_at, days, zone)
        assert starts_at is not None
        assert ends_at is not None
        own = draft.rooms if rooms is None else tuple(rooms[one] for one in draft.rooms if one in rooms)
        area = (areas or {}).get(draft.area_id or 0)
        copied = replace(draft, starts_at=starts_at, ends_at=ends_at, rooms=own, area_id=area)
        drafts.append((copied, pause.series))
    breaks.add_all(expo=expo, conference=made, drafts=drafts)


def checked_parts(words: Collection[str]) -> frozenset[Part]:
    """The parts that these words name. Raises BadInput."""
    try:
        return frozenset(Part(word) for word in words)
    except ValueError as unknown:
        raise BadInput(str(unknown), field="parts") from unknown
