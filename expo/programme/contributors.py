"""Who gives a contribution: found among the speakers or made, and on the bill of the session."""

from __future__ import annotations

from dataclasses import replace

from expo.core.db import transaction
from expo.core.refusals import ChangedMeanwhile, NotFound
from expo.core.text import folded, one_line
from expo.speakers import actions as speakers
from expo.speakers import queries as speaker_queries
from expo.speakers.actions import Profile

from . import actions, queries, session_files
from .drafts import Billing, Contribution
from .models import Session
from .session_files import Upload
from .values import draft_of_session
from .words import AppearanceState

ROLE = "speaker"


def save(
    *,
    session: Session,
    contribution: Contribution,
    speaker: str,
    row: int | None,
    version: int | None,
    upload: Upload | None = None,
) -> None:
    """Add a contribution, or change the one in this place. Whoever is named is found in the session, else by a name or
    address that one speaker of the expo alone has, else made; and appears in the session. An `upload` is its file from
    now on.

    Raises ChangedMeanwhile, NotFound, BadInput, BadFile, Clashes.
    """
    with transaction():
        draft = draft_of_session(session)
        there = draft.contributions
        if row is not None and not 0 <= row < len(there):
            raise NotFound("")
        name = one_line(speaker)
        contribution = replace(contribution, speaker_id=_speaker(session, name) if name else None)
        if upload is not None:
            contribution = replace(contribution, file=session_files.keep(session, upload))
        now = (*there, contribution) if row is None else (*there[:row], contribution, *there[row + 1 :])
        actions.edit_session(
            session=session, draft=replace(draft, contributions=now), parent=session.parent, version=version
        )
        if contribution.speaker_id is not None:
            _bill(session, contribution.speaker_id)


def remove(*, session: Session, row: int, version: int) -> None:
    """Take the contribution in this place away; whoever gave it still appears in the session."""
    with transaction():
        draft = draft_of_session(session)
        if session.version != version or not 0 <= row < len(draft.contributions):
            raise ChangedMeanwhile("")
        now = draft.contributions[:row] + draft.contributions[row + 1 :]
        actions.edit_session(
            session=session, draft=replace(draft, contributions=now), parent=session.parent, version=version
        )


def _speaker(session: Session, name: str) -> int:
    wanted = folded(name)
    here = {one.speaker for one in queries.appearances(session.id)}
    of_expo = speaker_queries.every(session.expo_id, name)
    for some in (here, of_expo):
        same = [one for one in some if name == one.slug or folded(one.name) == wanted]
        if len(same) == 1:
            return same[0].id
    return speakers.create_speaker(expo=session.conference.expo, profile=Profile(name)).id


def _bill(session: Session, speaker_id: int) -> None:
    there = [one for one in queries.appearances(session.id) if one.occurrence_id is None]
    if any(one.speaker_id == speaker_id for one in there):
        return
    now = [Billing(one.speaker_id, one.role.slug, one.state is AppearanceState.CONFIRMED) for one in there]
    actions.bill(session=session, billings=[*now, Billing(speaker_id, ROLE)])
