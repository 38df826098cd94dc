"""What of this expo the visitor may reach. Everything on this desk is fetched through here: what belongs to another
team looks as if it did not exist."""

from __future__ import annotations

from flask import abort, g

from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.models import Conference, Occurrence, Session
from expo.programme.teams import Rights
from expo.programme.words import LISTED, Deed
from expo.web.context import this_expo, visitor


def rights() -> Rights:
    """All that the visitor may do here; read once per request."""
    if "rights" not in g:
        g.rights = teams.rights(visitor(), this_expo().id)
    found: Rights = g.rights
    return found


def rights_now() -> Rights:
    """Read once more, after they may have changed."""
    g.pop("rights", None)
    return rights()


def may(deed: Deed | str, conference_id: int | None = None) -> bool:
    """In this conference; in the whole expo, if none is named."""
    return rights().may(Deed(deed), conference_id)


def conferences(deed: Deed = Deed.READ) -> list[Conference]:
    """The conferences in which the visitor may do this, by date; read once per request."""
    kept = g.setdefault("conferences", {})
    if deed not in kept:
        kept[deed] = teams.conferences_with(rights(), this_expo().id, deed)
    found: list[Conference] = kept[deed]
    return found


def conference_ids(deed: Deed = Deed.READ) -> list[int]:
    return [conference.id for conference in conferences(deed)]


def conference(slug: str, deed: Deed = Deed.READ) -> Conference:
    """One of them by its address, or 404; 403 where the role does not reach."""
    found = programme.conference(this_expo().id, slug)
    if found is None:
        abort(404)
    rights().require(deed, found.id)
    return found


def known(expo_id: int, but: int) -> list[Conference]:
    """All other conferences of which the visitor may know: their own, and those that everybody sees."""
    return [
        one
        for one in programme.conferences(expo_id)
        if one.id != but and (one.visibility in LISTED or may(Deed.READ, one.id))
    ]


def chosen(slug: str, deed: Deed = Deed.READ) -> list[Conference]:
    """The conference that a filter names, or all of them where it names none."""
    return [conference(slug, deed)] if slug else conferences(deed)


def session(code: str, deed: Deed = Deed.READ) -> Session:
    """A session of one of the visitor's conferences, or 404."""
    found = programme.session(this_expo().id, code)
    if found is None:
        abort(404)
    rights().require(deed, found.conference_id)
    return found


def occurrence(of: Session, code: str) -> Occurrence:
    """One of the session's own times, or 404."""
    found = programme.occurrence(this_expo().id, code)
    if found is None or found.session_id != of.id:
        abort(404)
    return found


def scope(deed: Deed) -> list[int] | None:
    """The conferences that this right covers; None where it covers the whole expo."""
    return None if rights().may(deed) else conference_ids(deed)


def somewhere(deed: Deed) -> None:
    """Refuse whoever may do this in none of the conferences."""
    if not rights().anywhere(deed):
        rights().require(deed, None)
