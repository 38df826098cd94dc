"""What the desk keeps beside registrations. Each action takes registrations that its caller may reach."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.refusals import BadInput
from expo.core.text import folded, one_line
from expo.programme.models import Conference
from expo.registration.models import Registration

from .models import COLOURS, DeskNote, DeskTag, DeskTagging, SavedFilter

LONGEST_NOTE = 2000


def make_tag(*, expo_id: int, word: str, colour: int = 1) -> DeskTag:
    """The tag of this word, whatever its case; made if it is new. Raises BadInput."""
    word = one_line(word)
    if not word or len(word) > 40:
        raise BadInput(_("A tag is a word of at most 40 letters."), field="word")
    with transaction():
        made = DeskTag(
            expo_id=expo_id,
            word=word,
            folded_word=folded(word)[:80],
            colour=colour if 1 <= colour <= COLOURS else 1,
        )
        if add_unless_there(made):
            audit.record("desk_tag_made", "desk_tag", made.id, expo_id=expo_id, after={"word": word})
            return made
        return db.session.scalars(
            sa.select(DeskTag).where(DeskTag.expo_id == expo_id, DeskTag.folded_word == made.folded_word)
        ).one()


def tag(*, registrations: Iterable[Registration], tag: DeskTag) -> int:
    """Stick a tag to these. Returns how many had not had it."""
    new = 0
    with transaction():
        for registration in registrations:
            row = DeskTagging(expo_id=tag.expo_id, registration_id=registration.id, tag_id=tag.id)
            if add_unless_there(row):
                new += 1
                _tell("registration_tagged", registration, {"tag": tag.word})
    return new


def untag(*, registrations: Iterable[Registration], tag: DeskTag) -> int:
    """Take a tag off these. Returns how many had had it."""
    gone = 0
    with transaction():
        for registration in registrations:
            taken = execute(
                sa.delete(DeskTagging).where(
                    DeskTagging.registration_id == registration.id, DeskTagging.tag_id == tag.id
                )
            )
            if taken:
                gone += 1
                _tell("registration_untagged", registration, {"tag": tag.word})
    return gone


def note(*, registration: Registration, text: str) -> DeskNote:
    """Note something down about a registration. Raises BadInput."""
    text = text.strip()
    if not text or len(text) > LONGEST_NOTE:
        raise BadInput(_("Write a note of at most %(most)s letters.", most=LONGEST_NOTE), field="text")
    with transaction():
        written = DeskNote(
            expo_id=registration.expo_id,
            registration_id=registration.id,
            author=audit.actor(),
            written_at=clock.now(),
            text=text,
        )
        db.session.add(written)
        # Without the text: the trace outlasts the note.
        _tell("registration_noted", registration, None)
    return written


def remove_note(*, registration: Registration, note: DeskNote) -> None:
    """Throw a note away; that there was one stays in the trace."""
    with transaction():
        if execute(sa.delete(DeskNote).where(DeskNote.id == note.id)):
            _tell("registration_note_removed", registration, None)


def forget_person(*, person_id: int) -> None:
    """Throw away what all desks noted about a person: part of erasing them. Call it inside a transaction."""
    theirs = sa.select(Registration.id).where(Registration.person_id == person_id)
    execute(sa.delete(DeskNote).where(DeskNote.registration_id.in_(theirs)))


def save_filter(
    *, expo_id: int, account_id: int, conference: Conference | None, name: str, query: str
) -> SavedFilter:
    """Keep a filter under a name. Raises BadInput."""
    name = one_line(name)
    if not name or len(name) > 60:
        raise BadInput(_("Give the filter a name of at most 60 letters."), field="name")
    if not query or len(query) > 600:
        raise BadInput(_("Filter the list first: this one keeps everybody."), field="name")
    with transaction():
        saved = SavedFilter(
            expo_id=expo_id,
            conference_id=conference and conference.id,
            account_id=account_id,
            name=name,
            query=query,
        )
        if not add_unless_there(saved):
            raise BadInput(_("There is a filter of this name already."), field="name")
        audit.record("desk_filter_saved", "desk_filter", saved.id, expo_id=expo_id, after={"name": name})
    return saved


def forget_filter(*, saved: SavedFilter) -> None:
    with transaction():
        number, expo_id, name = saved.id, saved.expo_id, saved.name
        if execute(sa.delete(SavedFilter).where(SavedFilter.id == number)):
            audit.record(
                "desk_filter_forgotten", "desk_filter", number, expo_id=expo_id, before={"name": name}
            )


def _tell(action: str, registration: Registration, after: dict[str, str] | None) -> None:
    audit.record(action, "registration", registration.id, expo_id=registration.expo_id, after=after)
