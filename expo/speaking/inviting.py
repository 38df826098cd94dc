"""Letters to speakers: the first one, those that remind and when, and those to their assistants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time, timedelta

import sqlalchemy as sa
from flask_babel import force_locale
from flask_babel import gettext as _

from expo.accounts.queries import normal
from expo.core import audit, clock, jobs
from expo.core.db import db, execute, lock, transaction
from expo.core.refusals import BadInput
from expo.mail import outbox
from expo.speakers import links
from expo.speakers import queries as speakers
from expo.speakers.models import Speaker, SpeakerLink
from expo.speakers.refusals import NoAddress

from . import queries
from .refusals import NothingAsked

# So long after the letter before, the next one goes; then no more go by themselves.
CADENCE = (timedelta(days=3), timedelta(days=7), timedelta(days=7), timedelta(days=7))
PAUSE = timedelta(hours=1)  # nobody is reminded again sooner


def invite(*, speaker: Speaker, anew: bool = False) -> None:
    """Send a speaker the address of their page. `anew`: a fresh one, and the one before opens nothing any more.
    Raises NoAddress; NothingAsked within an hour of the last letter."""
    with transaction():
        lock(speaker)
        if not speaker.email:
            raise NoAddress(_("%(name)s has no e-mail address yet.", name=speaker.name))
        if not anew and speakers.own_link(speaker.id) is not None:
            raise NothingAsked(_("%(name)s has a letter already. Remind them instead.", name=speaker.name))
        had_one = links.end_own(speaker)
        secret = links.make(speaker)
        _write(speaker, "speaker_invitation", secret)
        audit.record(
            "speaker_invited_anew" if had_one else "speaker_invited", "speaker", speaker.id,
            expo_id=speaker.expo_id, personal={"email": speaker.email},
        )  # fmt: skip


def take_back(*, speaker: Speaker) -> bool:
    """The address opens nothing any more. Returns whether there was one."""
    with transaction():
        lock(speaker)
        ended = links.end_own(speaker)
        if ended:
            audit.record("speaker_link_ended", "speaker", speaker.id, expo_id=speaker.expo_id)
    return ended


def remind(*, speaker: Speaker) -> None:
    """Write once more, with the same address. Raises NoAddress, NothingAsked."""
    with transaction():
        if not speaker.email:
            raise NoAddress(_("%(name)s has no e-mail address yet.", name=speaker.name))
        if not _remind(speaker, PAUSE):
            raise NothingAsked(_("Not now: the last letter is too fresh, or nothing is waited for."))


def remind_all(*, speakers_: Iterable[Speaker]) -> int:
    """Write to those of them of whom an answer is waited for: a first letter where there was none. Returns to how
    many; who has no address, or a letter of this hour, is passed over."""
    told = 0
    for speaker in speakers_:
        with transaction():
            lock(speaker)
            if not speaker.email or not any(one.waits for one in queries.asked(speaker.id)):
                continue
            if speakers.own_link(speaker.id) is None:
                invite(speaker=speaker)
                told += 1
            else:
                told += _remind(speaker, PAUSE)
    return told


@jobs.every("remind_speakers", time(9, 0))
def remind_by_themselves() -> None:
    """Reminds speakers who have not answered, at the pace of the letters before."""
    for speaker_id in queries.waiting_ones():
        speaker = db.session.get(Speaker, speaker_id)
        link = speakers.own_link(speaker_id)
        if speaker is None or link is None or not speaker.email or link.reminders >= len(CADENCE):
            continue
        with transaction():
            # An hour less: each day at the same time is not a second more than so many days.
            _remind(speaker, CADENCE[link.reminders] - timedelta(hours=1))


def _remind(speaker: Speaker, pause: timedelta) -> bool:
    """Note it by one conditional statement, so that two at once are one letter. In a transaction."""
    waiting = [one for one in queries.asked(speaker.id) if one.waits]
    since = clock.now() - pause
    noted = waiting and execute(
        sa.update(SpeakerLink)
        .where(
            SpeakerLink.speaker_id == speaker.id,
            SpeakerLink.assistant_name.is_(None),
            SpeakerLink.ended_at.is_(None),
            sa.func.coalesce(SpeakerLink.reminded_at, SpeakerLink.made_at) <= since,
        )
        .values(reminded_at=clock.now(), reminders=SpeakerLink.reminders + 1)
    )
    if not noted:
        return False
    _write(speaker, "speaker_reminder", links.again(speaker))
    audit.record("speaker_reminded", "speaker", speaker.id, expo_id=speaker.expo_id)
    return True


def _write(speaker: Speaker, letter: str, secret: str) -> None:
    with force_locale(speaker.language):
        lines = [said(one) for one in queries.asked(speaker.id) if one.waits]
    outbox.queue(
        letter,
        to=speaker.email or "",
        language=speaker.language,
        expo_id=speaker.expo_id,
        name=speaker.name,
        lines=lines,
        contact=speaker.contact,
        secret=secret,
    )


def said(one: queries.Asked) -> str:
    """What somebody is asked for, in one line of a letter, in the current language."""
    appearance = one.appearance
    title = appearance.session.title
    if not one.times:
        return _("%(title)s, time to come", title=title)
    first = one.times[0]
    assert first.starts_at is not None
    assert first.room is not None
    zone = appearance.session.conference.zone
    return _(
        "%(title)s, %(when)s, %(room)s",
        title=title,
        when=first.starts_at.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
        room=first.room.name,
    )


def invite_assistant(*, speaker: Speaker, name: str, email: str) -> None:
    """Let somebody act for a speaker, by an address of their own that can be taken back. Raises BadInput,
    TooManyAssistants."""
    if not name.strip():
        raise BadInput(_("Say who it is."), field="name")
    with transaction():
        lock(speaker)
        secret = links.make(speaker, name=name, email=normal(email))
        audit.record(
            "assistant_invited", "speaker", speaker.id, expo_id=speaker.expo_id,
            personal={"name": name, "email": email},
        )  # fmt: skip
        outbox.queue(
            "speaker_assistant", to=normal(email), language=speaker.language, expo_id=speaker.expo_id,
            name=name, speaker=speaker.name, secret=secret,
        )  # fmt: skip
