"""A speaker who is asked for a session, and has a letter."""

from __future__ import annotations

import re

from expo.core.db import db
from expo.mail import outbox
from expo.programme import billing, places
from expo.programme import queries as programme
from expo.programme.models import Appearance, Occurrence
from expo.speakers import own
from expo.speakers.models import Speaker
from expo.speakers.own import Logistics
from expo.speaking import inviting
from tests import factories as a


def asked(
    occurrence: Occurrence, speaker: Speaker | None = None, *, email: str = "mira@example.org"
) -> Appearance:
    """Somebody with an address whom the organisers have put on the bill and not heard from."""
    session = occurrence.session
    speaker = speaker or a.a_speaker(session.conference.expo, "Mira Holm")
    if not speaker.email:
        own.set_logistics(speaker=speaker, logistics=Logistics(email=email))
    places.find_or_create_role(session.conference.expo, "speaker")
    billing.put_on(session=session, occurrence=None, speaker_id=speaker.id, role="speaker", asked=True)
    return programme.appearances(session.id)[-1]


def invited(appearance: Appearance) -> str:
    """Send the letter. Returns the secret of the page."""
    inviting.invite(speaker=appearance.speaker)
    return secret_in("speaker_invitation")


def secret_in(kind: str) -> str:
    """The secret in the latest letter of this kind."""
    letter = [letter for letter in outbox.waiting() if letter.kind == kind][-1]
    found = re.search(r"/speaker/([A-Za-z0-9_-]{43})", letter.body)
    assert found
    return found[1]


def letters(kind: str) -> list[str]:
    """To whom letters of this kind wait."""
    db.session.expire_all()
    return [letter.recipient for letter in outbox.waiting() if letter.kind == kind]
