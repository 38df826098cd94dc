"""What a speaker says, and what follows: yes makes them a delegate, no ends that; and who comes in their place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from expo.accounts.queries import normal
from expo.core import audit, clock
from expo.core.db import add_unless_there, db, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.mail import outbox
from expo.programme import answers, clashes, teams
from expo.programme.models import Appearance
from expo.programme.words import AppearanceState, Deed
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile
from expo.speakers.models import Speaker

from . import delegates, inviting
from .models import Substitute
from .refusals import AlreadyDecided, AlreadyNamed


@dataclass(frozen=True, slots=True)
class Named:
    """Who could come instead."""

    name: str
    email: str
    organisation: str = ""
    note: str = ""


def confirm(*, appearance: Appearance, proved: bool) -> None:
    """Say yes. They are a delegate of the conference then, in a transaction of its own: a conference that is full
    makes no yes a no. `proved`: whoever says so has shown that the speaker's address is theirs."""
    answers.answer(appearance=appearance, yes=True)
    delegates.try_to_register(appearance.speaker_id, appearance.session.conference_id, proved=proved)


def decline(*, appearance: Appearance, note: str = "") -> None:
    """Say no, with a word; the team of the conference is told."""
    with transaction():
        if not answers.answer(appearance=appearance, yes=False, note=note):
            return
        delegates.end(appearance.speaker, appearance.session.conference_id)
        _tell_team(appearance, "speaker_declined", note=one_line(note))


def name_substitute(*, appearance: Appearance, named: Named) -> Substitute:
    """Name somebody who could come instead. The organisers decide. Raises BadInput, AlreadyNamed."""
    if not one_line(named.name):
        raise BadInput(_("Say who it is."), field="name")
    with transaction():
        lock(appearance)
        row = Substitute(
            expo_id=appearance.expo_id,
            session_id=appearance.session_id,
            speaker_id=appearance.speaker_id,
            appearance_id=appearance.id,
            name=one_line(named.name)[:200],
            email=normal(named.email),
            organisation=one_line(named.organisation)[:200],
            note=named.note.strip()[:500],
            named_at=clock.now(),
        )
        if not add_unless_there(row):
            raise AlreadyNamed(_("You have named somebody already. The organisers decide."))
        audit.record(
            "substitute_named", "session", appearance.session_id, expo_id=appearance.expo_id,
            after={"substitute": row.id}, personal={"name": row.name, "email": row.email},
        )  # fmt: skip
        _tell_team(appearance, "speaker_substitute", substitute=row.name, note=one_line(row.note))
    return row


def take(*, substitute: Substitute) -> Speaker:
    """They have the place from now on, are asked, and have a letter; whoever named them appears there no more. Raises
    AlreadyDecided, Clashes."""
    with transaction():
        appearance = _decide(substitute, taken=True)
        speaker = speakers.create_speaker(
            expo=substitute.session.conference.expo,
            profile=Profile(substitute.name, organisation=substitute.organisation),
        )
        speaker.email, speaker.language = substitute.email, substitute.speaker.language
        db.session.add(
            Appearance(
                expo_id=appearance.expo_id, session_id=appearance.session_id,
                occurrence_id=appearance.occurrence_id, speaker_id=speaker.id, role_id=appearance.role_id,
                position=appearance.position, state=AppearanceState.INVITED, state_since=clock.now(),
            )
        )  # fmt: skip
        gone, conference_id = appearance.speaker, appearance.session.conference_id
        db.session.delete(appearance)
        db.session.flush()
        delegates.end(gone, conference_id)
        clashes.check(substitute.session)
        inviting.invite(speaker=speaker)
    return speaker


def turn_down(*, substitute: Substitute) -> None:
    """Nobody comes instead; who was asked is still asked. Raises AlreadyDecided."""
    with transaction():
        _decide(substitute, taken=False)


def _decide(substitute: Substitute, *, taken: bool) -> Appearance:
    lock(substitute)
    appearance = substitute.appearance_id and db.session.get(Appearance, substitute.appearance_id)
    if substitute.decided_at is not None or not appearance:
        raise AlreadyDecided(_("That is decided already."))
    substitute.decided_at, substitute.taken = clock.now(), taken
    substitute.appearance_id = None
    db.session.flush()
    audit.record(
        "substitute_taken" if taken else "substitute_turned_down", "session", substitute.session_id,
        expo_id=substitute.expo_id, after={"substitute": substitute.id},
    )  # fmt: skip
    return appearance


def _tell_team(appearance: Appearance, letter: str, **facts: Any) -> None:
    session = appearance.session
    for account in teams.accounts_with(session.expo_id, session.conference_id, Deed.SCHEDULE):
        outbox.queue(
            letter, to=account.email, language=account.language, expo_id=session.expo_id, name=account.name,
            speaker=appearance.speaker.name, title=session.title, code=session.code, **facts,
        )  # fmt: skip
