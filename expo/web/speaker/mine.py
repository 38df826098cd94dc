"""Whose page an address opens, and who acts there. Everything on this desk is fetched through here."""

from __future__ import annotations

from datetime import timedelta

from flask import abort

from expo.core import audit, limits
from expo.speakers import links
from expo.speakers.models import SpeakerLink
from expo.speaking import queries
from expo.speaking.queries import Asked
from expo.web.context import this_expo
from expo.web.signing import network_address


def link(secret: str) -> SpeakerLink:
    """The address; whoever holds it acts as the speaker, or as the assistant whose it is."""
    found = links.opened(this_expo().id, secret, who=network_address())
    audit.set_actor(f"assistant:{found.id}" if found.assistant_name else f"speaker:{found.speaker_id}")
    return found


def own(secret: str) -> SpeakerLink:
    """The same for what only the speaker may do: 404 for assistants."""
    found = link(secret)
    if found.assistant_name:
        abort(404)
    return found


def asked(found: SpeakerLink, appearance_id: int) -> Asked:
    """One of the speaker's own appearances, or 404."""
    for one in queries.asked(found.speaker_id):
        if one.appearance.id == appearance_id:
            return one
    abort(404)


def count(found: SpeakerLink) -> None:
    """What writes letters or keeps files is done so often and no oftener. Raises TooOften."""
    limits.count("speaker_page", str(found.id), most=60, within=timedelta(hours=1))
