"""Organisations and groups of cities from one CSV file: all of it, or nothing; again, and nothing changes.

Columns: slug,name,kind,official_code,country,city,member_of,groups. A row is found again by its slug, else by
its official code within the country, else by its name there (and keeps its slug then); `member_of` names slugs, separated by spaces, and `groups`
names of groups, separated by semicolons. What the file does not name stays as it is, memberships too.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from flask_babel import gettext as _

from expo.core.db import transaction
from expo.core.refusals import BadInput
from expo.core.text import folded, one_line, slug
from expo.organisations import actions, queries
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import Group, Organisation, OrganisationKind

from . import cells, sheets
from .refusals import BrokenFiles
from .sheets import Fault, Row
from .tally import Tally

COLUMNS = ("slug", "name", "kind", "official_code", "country", "city", "member_of", "groups")


class _OnlyLooking(Exception):
    """Ends a dry run: undoes the transaction."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One row as values."""

    row: Row
    slug: str
    draft: OrganisationDraft
    member_of: tuple[str, ...]
    groups: tuple[str, ...]


def import_file(file: Path, *, dry_run: bool = False) -> Tally:
    """Bring organisations and groups to what the file says. Raises BrokenFiles with every fault of it."""
    faults: list[Fault] = []
    lines = [_read(row) for row in sheets.read(file.parent, file.name, COLUMNS, faults) or ()]
    _refuse_twins(lines)
    if faults:
        raise BrokenFiles(faults)
    tally = Tally()
    try:
        with transaction():
            _write(lines, tally, faults)
            if faults:
                raise BrokenFiles(faults)
            if dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        pass
    return tally


def _read(row: Row) -> _Line:
    draft = OrganisationDraft(
        name=row.read("name", cells.line(Organisation.name, needed=True), ""),
        kind=row.read("kind", cells.word(OrganisationKind), OrganisationKind.OTHER),
        official_code=row.read("official_code", cells.line(Organisation.official_code), ""),
        country=row.read("country", cells.country, ""),
        city=row.read("city", cells.line(Organisation.city), ""),
    )
    if draft.official_code and not draft.country:
        row.wrong("country", _("an official code needs its country"))
    return _Line(
        row,
        row.read("slug", cells.perhaps(cells.key(Organisation.slug)), None) or "",
        draft,
        row.read("member_of", cells.each(cells.key(Organisation.slug)), ()),
        row.read("groups", _names, ()),
    )


def _names(text: str) -> tuple[str, ...]:
    """Names of groups, each as long as its column is."""
    parse = cells.line(Group.name)
    return tuple(parse(part) for part in text.split(";") if one_line(part))


def _refuse_twins(lines: list[_Line]) -> None:
    """Two rows for the same organisation would say which one is right by their order."""
    seen: dict[tuple[str, ...], int] = {}
    for line in lines:
        draft = line.draft
        keys = {"slug": (line.slug,), "official_code": (draft.country, draft.official_code)}
        if not line.slug and not draft.official_code:
            keys["name"] = (folded(draft.name),)
        for column, key in keys.items():
            if not key[-1]:
                continue
            first = seen.setdefault((column, *key), line.row.line)
            if first != line.row.line:
                line.row.wrong(column, _("line %(line)s has it already", line=first))


def _write(lines: list[_Line], tally: Tally, faults: list[Fault]) -> None:
    written: list[tuple[_Line, Organisation]] = []
    for line in lines:
        known = _known(line)
        try:
            made, changed = actions.save(draft=line.draft, organisation=known, wanted_slug=line.slug)
        except BadInput as wrong:
            line.row.wrong(str(wrong.facts.get("field", "")), wrong.message)
            continue
        tally.note("organisations", known=known is not None, changed=changed)
        written.append((line, made))
    by_slug = {line.slug: made for line, made in written if line.slug}
    groups: dict[str, list[Organisation]] = {}
    for line, made in written:
        _join(line, made, by_slug, tally)
        for name in line.groups:
            groups.setdefault(name, []).append(made)
    for name, inside in groups.items():
        known_group = queries.group(slug(name)) is not None
        new = actions.put_into_group(group=actions.find_or_create_group(name=name), organisations=inside)
        tally.note("groups", known=known_group, changed=bool(new))


def _known(line: _Line) -> Organisation | None:
    """Whom the row is about, if somebody known: hosts and senders have come by their names alone."""
    draft = line.draft
    known = queries.by_slug(line.slug) if line.slug else None
    known = known or queries.by_code(draft.country, draft.official_code)
    if known is not None:
        return known
    namesake = queries.by_name(draft.name)
    if namesake is None or namesake.official_code or namesake.country not in ("", draft.country):
        return None
    return namesake


def _join(line: _Line, made: Organisation, by_slug: dict[str, Organisation], tally: Tally) -> None:
    for whole_slug in line.member_of:
        whole = by_slug.get(whole_slug) or queries.by_slug(whole_slug)
        if whole is None:
            line.row.wrong(
                "member_of", _("there is no organisation “%(slug)s”", slug=cells.shown(whole_slug))
            )
        elif whole.id == made.id:
            line.row.wrong("member_of", _("nobody is a member of itself"))
        else:
            new = actions.make_member(member=made, whole=whole)
            tally.note("memberships", known=not new, changed=False)
