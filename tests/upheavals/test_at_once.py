"""A day, a venue or a conference is cancelled or moved at once: counted before, drafted, undone or published."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.booking import actions as booking
from expo.core import checks, clock, jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job
from expo.mail import outbox
from expo.notices import queries as notices
from expo.programme.models import Occurrence
from expo.publishing import actions as publishing
from expo.publishing import breaks as shown
from expo.publishing import queries as released
from expo.registration import actions as registrations
from expo.registration import queries as tickets
from expo.registration.refusals import NotOnSale
from expo.scheduling import breaks
from expo.upheavals import actions, ending, numbers, touching
from expo.upheavals.models import Kind, Whole
from expo.upheavals.refusals import NothingThere, NotTheName, UpheavalIsOver
from expo.upheavals.touching import Wish
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.feature("P13"), pytest.mark.usefixtures("app")]


def test_the_numbers_say_whom_a_cancelled_conference_touches():
    conference, _talks, _people = a_conference_with_two()

    found = numbers.count(cancel(conference), touching.times(cancel(conference)))

    assert (found.sessions, found.times, found.people, found.registrations) == (2, 2, 2, 2)


def test_a_conference_is_cancelled_for_all_by_one_release_and_each_is_written_to_once():
    conference, talks, people = a_conference_with_two()
    upheaval = actions.draft(wish=cancel(conference), typed=f" {conference.title.upper()} ", why="A storm")
    assert released.item(conference.expo_id, talks[0].id).cancelled is False
    outbox_before = len(outbox.waiting())

    actions.publish(upheaval=upheaval)
    run_jobs()

    for talk in talks:
        assert released.item(conference.expo_id, talk.id).cancelled is True
    for person in people:
        assert tickets.live(person.id, conference.id) is None
        assert [n.kind.value for n in notices.unread(person.id)] == ["cancelled"]
    told = [letter.recipient for letter in outbox.waiting()[outbox_before:]]
    assert sorted(told) == sorted(person.email for person in people)
    with pytest.raises(NotOnSale):
        registrations.submit(person=a.a_person(conference.expo), ticket_types=tickets.every_of(conference.id))
    assert list(checks.broken()) == []
    ending.end_places({"upheaval": upheaval.id})  # a worker that was killed comes again
    assert len(outbox.waiting()) == outbox_before + len(people)


def test_whoever_writes_first_each_has_one_letter_of_a_cancellation(monkeypatch):
    """With several workers the letters of the release may be written before the places end. Seen red without
    `ending.place_ends`: then both write to everybody."""
    conference, _talks, people = a_conference_with_two()
    upheaval = actions.draft(wish=cancel(conference), typed=conference.title, why="A storm")
    before = len(outbox.waiting())
    actions.publish(upheaval=upheaval)
    with transaction():
        later = sa.update(Job).where(Job.kind == ending.JOB)
        db.session.execute(later.values(run_at=clock.now() + timedelta(hours=1)))
    run_jobs()
    assert len(outbox.waiting()) == before

    with transaction():
        db.session.execute(later.values(run_at=clock.now()))
    run_jobs()

    told = [letter.recipient for letter in outbox.waiting()[before:]]
    assert sorted(told) == sorted(person.email for person in people)


def test_places_end_in_steps_and_one_that_will_not_keeps_no_other(monkeypatch):
    monkeypatch.setattr(ending, "AT_A_TIME", 1)
    conference, _talks, people = a_conference_with_two()
    stuck = tickets.live(people[0].id, conference.id).id
    upheaval = actions.draft(wish=cancel(conference), typed=conference.title, why="A storm")
    actions.publish(upheaval=upheaval)
    revoke = registrations.revoke

    def broken(*, registration, reason):
        if registration.id == stuck:
            raise RuntimeError("something is wrong with it")
        revoke(registration=registration, reason=reason)

    monkeypatch.setattr(registrations, "revoke", broken)
    with pytest.raises(ending.PlacesLeft):
        for after in (0, stuck, tickets.live(people[1].id, conference.id).id):
            ending.end_places({"upheaval": upheaval.id, "after": after})
    db.session.expire_all()
    assert tickets.live(people[1].id, conference.id) is None
    assert tickets.live(people[0].id, conference.id) is not None

    monkeypatch.setattr(registrations, "revoke", revoke)
    run_jobs()
    assert tickets.live(people[0].id, conference.id) is None
    assert list(checks.broken()) == []


def test_before_it_is_published_all_of_it_can_be_put_back():
    conference, talks, _people = a_conference_with_two()
    before = [touching.placing(talk) for talk in talks]
    wish = Wish(conference.expo_id, Kind.MOVE, Whole.CONFERENCE, (conference.id,), conference, days=7)
    upheaval = actions.draft(wish=wish, typed=conference.title, why="The hall is late")
    assert talks[0].starts_at.date() == a.tomorrow_at(9).date() + timedelta(days=7)

    actions.undo(upheaval=upheaval)

    assert [touching.placing(talk) for talk in talks] == before
    with pytest.raises(UpheavalIsOver):
        actions.publish(upheaval=upheaval)


def test_what_was_changed_since_is_not_put_back():
    conference, talks, _people = a_conference_with_two()
    upheaval = actions.draft(wish=cancel(conference), typed=conference.title, why="A storm")
    from expo.programme import actions as programme

    programme.restore_occurrence(occurrence=talks[0])

    with pytest.raises(UpheavalIsOver):
        actions.undo(upheaval=upheaval)


def test_a_conference_that_moves_keeps_its_hours_and_takes_its_dates_along():
    conference, talks, people = a_conference_with_two()
    starts_on, was = conference.starts_on, talks[0].starts_at
    wish = Wish(conference.expo_id, Kind.MOVE, Whole.CONFERENCE, (conference.id,), conference, days=3)

    actions.publish(upheaval=actions.draft(wish=wish, typed=conference.title, why="The hall is late"))

    zone = conference.zone
    now = released.item(conference.expo_id, talks[0].id).starts_at
    assert now.astimezone(zone).time() == was.astimezone(zone).time()
    assert (now.astimezone(zone).date() - was.astimezone(zone).date()).days == 3
    assert conference.starts_on == starts_on + timedelta(days=3)
    assert all(tickets.live(person.id, conference.id) for person in people)


def test_a_cancelled_day_ends_the_tickets_of_that_day_alone():
    conference = a.a_conference()
    day = a.tomorrow_at(9).date()
    a.a_session(conference, starts_at=a.tomorrow_at(9))
    later = a.a_session(conference, starts_at=a.tomorrow_at(9) + timedelta(days=1))
    of_day = a.a_ticket_type(conference, "Day", valid_days=(day.isoformat(),))
    whole = a.a_ticket_type(conference, "All")
    one, other = a.a_person(conference.expo), a.a_person(conference.expo)
    a.a_registration(one, conference, of_day)
    a.a_registration(other, conference, whole)
    wish = Wish(conference.expo_id, Kind.CANCEL, Whole.DAY, (conference.id,), conference, day=day)

    actions.publish(upheaval=actions.draft(wish=wish, typed=day.isoformat(), why="A storm"))
    run_jobs()

    assert tickets.live(one.id, conference.id) is None
    assert tickets.live(other.id, conference.id) is not None
    assert released.item(conference.expo_id, later.id).cancelled is False


def test_a_venue_moves_room_by_room_and_what_others_have_there_stays():
    conference, other = a.a_conference(), None
    other = a.a_conference(conference.expo)
    here, there = (a.a_room(conference.expo, venue=name) for name in ("Sea U", "Harbour hall"))
    ours = a.a_session(conference, room=here)
    theirs = a.a_session(other, room=here, starts_at=a.tomorrow_at(15))
    wish = Wish(
        conference.expo_id,
        Kind.MOVE,
        Whole.VENUE,
        (conference.id,),
        venue=here.venue,
        rooms={here.id: there.id},
    )

    assert touching.of_others(wish) == 1
    actions.publish(upheaval=actions.draft(wish=wish, typed="Sea U", why="No power"))

    assert released.item(conference.expo_id, ours.id).room_id == there.id
    assert released.item(conference.expo_id, theirs.id).room_id == here.id


def test_what_would_clash_is_tried_and_nothing_of_it_stays():
    conference = a.a_conference()
    room = a.a_room(conference.expo)
    talk = a.a_session(conference, room=room, starts_at=a.tomorrow_at(9))
    a.a_session(a.a_conference(conference.expo), room=room, starts_at=a.tomorrow_at(9) + timedelta(days=1))
    day = talk.starts_at.date()
    before = touching.placing(talk)
    wish = Wish(conference.expo_id, Kind.MOVE, Whole.DAY, (conference.id,), conference, day=day, days=1)

    assert len(actions.try_it(wish)) == 1

    db.session.expire_all()
    assert touching.placing(db.session.get(Occurrence, talk.id)) == before


def test_a_wrong_name_or_an_empty_day_changes_nothing():
    conference, talks, _people = a_conference_with_two()

    with pytest.raises(NotTheName):
        actions.draft(wish=cancel(conference), typed="Something else", why="A storm")
    empty = Wish(
        conference.expo_id, Kind.CANCEL, Whole.DAY, (conference.id,), conference,
        day=a.tomorrow_at(9).date() + timedelta(days=9),
    )  # fmt: skip
    with pytest.raises(NothingThere):
        actions.draft(wish=empty, typed=empty.name, why="A storm")
    assert talks[0].cancelled_at is None


def test_owners_cancel_by_pages_and_another_team_sees_nothing_of_it(app):
    conference, talks, _people = a_conference_with_two()
    expo = conference.expo
    owner = Client(app, a.an_organiser(expo, a.Role.OWNER, conference))
    scheduler = Client(app, a.an_organiser(expo, a.Role.SCHEDULER, conference))
    stranger = Client(app, a.an_organiser(expo, a.Role.OWNER, a.a_conference(expo)))
    new = f"/{expo.slug}/organise/upheavals/new?kind=cancel&whole=conference&conference={conference.slug}"

    assert "2</b><span>places that end" in owner.get(new).text
    assert stranger.get(new).status_code == 404
    assert scheduler.get(new).status_code == 403
    assert owner.post(new, {"why": "A storm", "typed": "no"}).status_code == 422
    here = owner.post(new, {"why": "A storm", "typed": conference.title}).location
    assert stranger.get(here).status_code == 404
    assert stranger.post(f"{here}/publish").status_code == 404
    assert scheduler.post(f"{here}/publish").status_code == 403
    assert "Nobody has been told yet" in owner.get(here).text
    owner.post(f"{here}/publish")

    assert released.item(expo.id, talks[0].id).cancelled is True
    assert "Cancelled" in Client(app).get(f"/{expo.slug}/conferences/{conference.slug}").text


def a_conference_with_two():
    """Two sessions, tomorrow, and two people who have a seat each."""
    conference = a.a_conference()
    talks = [a.a_session(conference, starts_at=a.tomorrow_at(hour)) for hour in (9, 13)]
    people = [a.a_person(conference.expo) for _talk in talks]
    for talk, person in zip(talks, people, strict=True):
        a.a_registration(person, conference)
        booking.book_seat(person=person, occurrence_id=talk.id)
    return conference, talks, people


def cancel(conference) -> Wish:
    return Wish(conference.expo_id, Kind.CANCEL, Whole.CONFERENCE, (conference.id,), conference)


def run_jobs() -> None:
    db.session.commit()
    while jobs.run_due():
        pass
    db.session.expire_all()


@pytest.mark.feature("P8")
@pytest.mark.parametrize("whole", [Whole.CONFERENCE, Whole.DAY])
def test_breaks_go_where_the_sessions_went_in_the_same_release(whole: Whole):
    conference, talks, _people = a_conference_with_two()
    starts = talks[0].starts_at - timedelta(hours=2)
    breaks.add(
        expo=conference.expo, conference=conference,
        draft=breaks.BreakDraft("Coffee", starts, starts + timedelta(minutes=30)),
    )  # fmt: skip
    publishing.publish(expo=conference.expo)
    day = starts.astimezone(conference.zone).date() if whole is Whole.DAY else None
    wish = Wish(conference.expo_id, Kind.MOVE, whole, (conference.id,), conference, day=day, days=3)
    actions.publish(upheaval=actions.draft(wish=wish, typed=wish.name, why="The hall is late"))
    assert [one.starts_at for one in shown.listed(conference.expo)] == [starts + timedelta(days=3)]
    assert list(checks.broken()) == []
    if day is not None:
        # After midnight it is still that day's, as a session would be.
        with transaction():
            conference.day_change_hour = 5
        night = a.tomorrow_at(23) + timedelta(days=3, hours=2)
        breaks.add(
            expo=conference.expo, conference=conference,
            draft=breaks.BreakDraft("Sleep", night, night + timedelta(minutes=30)),
        )  # fmt: skip
        wish = replace(wish, kind=Kind.CANCEL, day=day + timedelta(days=3), days=0)
        actions.publish(upheaval=actions.draft(wish=wish, typed=wish.name, why="A storm"))
        assert shown.listed(conference.expo) == ()
