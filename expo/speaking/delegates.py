"""Who speaks at a conference is its delegate, and has the badge, without having asked for it."""

from __future__ import annotations

import logging

import sqlalchemy as sa

from expo.accounts import actions as accounts
from expo.accounts import queries as people
from expo.accounts.models import Person
from expo.core import audit
from expo.core.db import db, lock, transaction
from expo.core.refusals import Refusal
from expo.programme.models import Appearance, Conference, Session
from expo.programme.words import ON_THE_BILL, SessionState
from expo.registration import actions as registrations
from expo.registration import queries, tickets
from expo.registration.models import Category, Registration, TicketType
from expo.registration.tickets import TicketDraft
from expo.speakers.models import Speaker, SpeakerKind

log = logging.getLogger(__name__)


def try_to_register(speaker_id: int, conference_id: int, *, proved: bool) -> Registration | None:
    """Register a speaker who said yes; None where that cannot be now (the conference is full, or over). Groups are
    no delegates: their people register themselves."""
    try:
        return _register(speaker_id, conference_id, proved)
    except Refusal as refusal:
        log.warning("speaker %s is no delegate of %s yet: %s", speaker_id, conference_id, refusal.code)
        return None


def _register(speaker_id: int, conference_id: int, proved: bool) -> Registration | None:
    with transaction():
        speaker = db.session.get_one(Speaker, speaker_id)
        lock(speaker)
        if speaker.kind is SpeakerKind.GROUP or not _speaks_at(speaker_id, conference_id):
            return None
        person = _person(speaker, proved)
        known = queries.live(person.id, conference_id)
        if known is not None:
            return known
        ticket = _ticket(db.session.get_one(Conference, conference_id))
        made = registrations.submit(person=person, ticket_types=[ticket], by_team=True).registrations[0]
        audit.record(
            "speaker_registered", "speaker", speaker.id, expo_id=speaker.expo_id,
            after={"registration": made.code},
        )  # fmt: skip
        return made


def end(speaker: Speaker, conference_id: int) -> None:
    """Who speaks there no more gives up the place that speaking gave them, and no other. In a transaction."""
    if speaker.person_id is None or _speaks_at(speaker.id, conference_id):
        return
    known = queries.live(speaker.person_id, conference_id)
    if (
        known is not None
        and known.ticket_type.category is Category.SPEAKER
        and not known.ticket_type.price_minor
    ):
        registrations.withdraw(registration=known)


def _speaks_at(speaker_id: int, conference_id: int) -> bool:
    wanted = (
        sa.select(Appearance.id)
        .join(Session, Appearance.session_id == Session.id)
        .where(
            Appearance.speaker_id == speaker_id,
            Session.conference_id == conference_id,
            Session.state != SessionState.CANCELLED,
            Appearance.state.in_(ON_THE_BILL),
        )
    )
    return db.session.scalar(wanted.limit(1)) is not None


def _person(speaker: Speaker, proved: bool) -> Person:
    """The speaker as a person of the expo. Their account's own, where the address has one and is shown to be theirs;
    otherwise somebody new: nobody is taken for another by a name, or by an address that anybody may have typed."""
    known = speaker.person_id and people.person(speaker.expo_id, speaker.person_id)
    if known:
        return known
    account = people.account_by_email(speaker.email) if proved and speaker.email else None
    if account is not None and account.disabled_at is None:
        person = accounts.person_for(account=account, expo_id=speaker.expo_id)
    else:
        person = accounts.create_person(
            expo_id=speaker.expo_id, name=speaker.name, email=speaker.email, language=speaker.language,
            organisation=speaker.organisation_name, city=speaker.city, country=speaker.country,
        )  # fmt: skip
    speaker.person_id = person.id
    db.session.flush()
    return person


def _ticket(conference: Conference) -> TicketType:
    """The conference's free ticket for speakers; made when it is first needed, and hidden from everybody else."""
    lock(conference)
    for kind in queries.every_of(conference.id):
        if kind.category is Category.SPEAKER and not kind.price_minor and not kind.needs_approval:
            return kind
    draft = TicketDraft("Speaker", category=Category.SPEAKER, is_hidden=True, position=900)
    return tickets.save_ticket_type(conference=conference, draft=draft)[0]
