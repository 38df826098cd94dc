"""What a move would do, in sentences."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import ngettext

from expo.programme.teams import Rights
from expo.programme.words import Deed
from expo.scheduling.board import Placed

from .queries import Impact


def headline(found: Impact) -> str:
    """Moves 41 people, 9 get a clash, 3 lose step-free access."""
    if not found.sessions:
        return _("Not published yet: nobody knows of it.")
    if not found.people:
        return _("Nobody has a seat in it.")
    parts = [ngettext("Moves %(num)s person", "Moves %(num)s people", found.people)]
    if found.clashes:
        parts.append(ngettext("%(num)s gets a clash", "%(num)s get a clash", found.clashes))
    else:
        parts.append(_("nobody gets a clash"))
    if found.lose_steps:
        parts.append(
            ngettext("%(num)s loses step-free access", "%(num)s lose step-free access", found.lose_steps)
        )
    return _("%(parts)s.", parts=", ".join(parts))


def details(found: Impact, reader: Rights) -> list[str]:
    """What else there is to know before it is done."""
    said = [
        ngettext(
            "%(num)s of them is in %(what)s then.",
            "%(num)s of them are in %(what)s then.",
            number,
            what=_named(row, reader),
        )
        for row, number in found.beside
    ]
    for row, taken, holds in found.too_small:
        said.append(_("%(what)s has %(taken)s seats taken, and the room holds %(holds)s.",
                      what=_named(row, reader), taken=taken, holds=holds))  # fmt: skip
    for number, text in (
        (found.freed, ngettext("%(num)s has a clash less.", "%(num)s have a clash less.", found.freed)),
        (found.waiting_can, ngettext("%(num)s who waits could come now.", "%(num)s who wait could come now.", found.waiting_can)),
        (found.waiting_seats, ngettext(
            "The room has a seat for %(num)s who waits.", "The room has seats for %(num)s who wait.", found.waiting_seats
        )),
        (found.in_mind, ngettext("%(num)s keeps it in mind.", "%(num)s keep it in mind.", found.in_mind)),
        (found.speakers, ngettext(
            "%(num)s who appears is asked again.", "%(num)s who appear are asked again.", found.speakers
        )),
    ):  # fmt: skip
        if number:
            said.append(text)
    return said


def _named(row: Placed, reader: Rights) -> str:
    if row.listed or reader.may(Deed.READ, row.conference_id):
        return f"{row.code} “{row.title}”"
    return _("a session of another conference")
