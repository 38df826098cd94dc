"""A release that says another time or place than a speaker agreed to asks them again, in its own transaction."""

from __future__ import annotations

import sqlalchemy as sa

from expo.core import news
from expo.core.db import db, execute
from expo.mail import outbox
from expo.programme import answers
from expo.programme.models import Appearance
from expo.publishing.models import OccurrenceVersion
from expo.publishing.news import ReleasePublished
from expo.speakers import links
from expo.speakers import queries as speakers
from expo.speakers.models import Speaker, SpeakerLink

from . import inviting, queries


def listen() -> None:
    news.listen(ReleasePublished, ask_again)


def ask_again(message: ReleasePublished) -> None:
    """Whoever appears in what changed; one letter each, however much of theirs was moved."""
    changed = list(
        db.session.scalars(
            sa.select(OccurrenceVersion.occurrence_id).where(
                OccurrenceVersion.release_id == message.release_id, sa.not_(OccurrenceVersion.cancelled)
            )
        )
    )
    if not changed:
        return
    asked: dict[int, list[Appearance]] = {}
    for appearance in answers.ask_again(changed=changed, moved=message.moved):
        asked.setdefault(appearance.speaker_id, []).append(appearance)
    for appearances in asked.values():
        _write(appearances[0].speaker, {one.id for one in appearances})


def _write(speaker: Speaker, appearance_ids: set[int]) -> None:
    """Who has no page has said yes to somebody who wrote it down: the board shows that they are asked again."""
    link = speakers.own_link(speaker.id)
    if link is None or not speaker.email:
        return
    # Reminders begin anew: it is a new question.
    execute(sa.update(SpeakerLink).where(SpeakerLink.id == link.id).values(reminders=0, reminded_at=None))
    lines = [inviting.said(one) for one in queries.asked(speaker.id) if one.appearance.id in appearance_ids]
    outbox.queue(
        "speaker_moved",
        to=speaker.email,
        language=speaker.language,
        expo_id=speaker.expo_id,
        name=speaker.name,
        lines=lines,
        contact=speaker.contact,
        secret=links.again(speaker),
    )
