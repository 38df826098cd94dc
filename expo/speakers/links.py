"""Secret addresses of speakers' pages and calendars: made, found again, ended. Wrong ones and those of other expos
look the same."""

from __future__ import annotations

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from expo.core import audit, clock, limits, tokens
from expo.core.db import db, execute, in_transaction, note, transaction
from expo.core.text import one_line

from . import queries
from .models import Speaker, SpeakerLink
from .refusals import LinkIsOver, NoSuchLink, TooManyAssistants

MOST_ASSISTANTS = 5
_PAGE, _FEED = "speaker link", "speaker calendar"


def make(speaker: Speaker, *, name: str | None = None, email: str | None = None) -> str:
    """A fresh secret. The speaker's own ends the one before; with a name it is an assistant's, beside the others.
    Raises TooManyAssistants."""
    assert in_transaction()
    if name is None:
        end_own(speaker)
    elif len(queries.assistants(speaker.id)) >= MOST_ASSISTANTS:
        raise TooManyAssistants(_("Take an assistant away first: at most %(most)s.", most=MOST_ASSISTANTS))
    seed = secrets.token_bytes(16)
    secret = tokens.derived(_PAGE, seed)
    db.session.add(
        SpeakerLink(
            expo_id=speaker.expo_id,
            speaker_id=speaker.id,
            assistant_name=name and one_line(name)[:200],
            assistant_email=email,
            token_digest=tokens.digest(secret),
            feed_digest=tokens.digest(tokens.derived(_FEED, seed)),
            seed=seed,
            made_at=clock.now(),
        )
    )
    db.session.flush()
    return secret


def end_own(speaker: Speaker) -> bool:
    """The speaker's own address opens nothing any more, nor does its calendar. Returns whether there was one."""
    ended = execute(
        sa.update(SpeakerLink)
        .where(
            SpeakerLink.speaker_id == speaker.id,
            SpeakerLink.assistant_name.is_(None),
            SpeakerLink.ended_at.is_(None),
        )
        .values(ended_at=clock.now())
    )
    return bool(ended)


def end_assistant(*, speaker: Speaker, link_id: int) -> str:
    """An assistant's address opens nothing any more. Returns whose it was. Raises NoSuchLink."""
    with transaction():
        found = next((one for one in queries.assistants(speaker.id) if one.id == link_id), None)
        if found is None:
            raise _nothing()
        found.ended_at = clock.now()
        audit.record(
            "assistant_ended", "speaker", speaker.id, expo_id=speaker.expo_id, before={"link": link_id}
        )
        return found.assistant_name or ""


def again(speaker: Speaker) -> str:
    """The speaker's own live secret once more, for a reminder. A new one where there is none, or where the
    installation's key has changed since."""
    live = queries.own_link(speaker.id)
    if live is not None:
        secret = tokens.derived(_PAGE, live.seed)
        if tokens.digest(secret) == live.token_digest:
            return secret
    return make(speaker)


def feed_of(link: SpeakerLink) -> str:
    """The secret of the calendar that belongs to this address: it opens nothing else."""
    return tokens.derived(_FEED, link.seed)


def opened(expo_id: int, secret: str, *, who: str) -> SpeakerLink:
    """The address that this is, noted as opened. Raises NoSuchLink, LinkIsOver, TooOften."""
    link = db.session.scalar(
        sa.select(SpeakerLink)
        .where(SpeakerLink.expo_id == expo_id, SpeakerLink.token_digest == tokens.digest(secret))
        .options(joinedload(SpeakerLink.speaker).joinedload(Speaker.organisation))
    )
    if link is None:
        # Only what is guessed is counted: 256 bits are not found by trying, but trying is not free either.
        limits.count("speaker_link", who, most=200, within=timedelta(minutes=15))
        raise _nothing()
    if link.ended_at is not None:
        raise LinkIsOver(
            _("This address has been replaced or taken back. The organisers can send a new one.")
        )
    if link.opened_at is None:
        first = sa.update(SpeakerLink).where(SpeakerLink.id == link.id, SpeakerLink.opened_at.is_(None))
        note(first.values(opened_at=clock.now()))
    return link


def speaker_of_feed(expo_id: int, token: str) -> Speaker | None:
    """Whose calendar this is, while the address it belongs to holds."""
    return db.session.scalar(
        sa.select(Speaker)
        .join(SpeakerLink, SpeakerLink.speaker_id == Speaker.id)
        .where(
            SpeakerLink.expo_id == expo_id,
            SpeakerLink.feed_digest == tokens.digest(token),
            SpeakerLink.ended_at.is_(None),
        )
    )


def _nothing() -> NoSuchLink:
    return NoSuchLink(_("There is no such page. Copy the whole address from the letter."))
