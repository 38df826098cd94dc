"""What stands beside a profile: the picture; and between speaker and organisers alone address, rider, travel."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, pictures, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line

from . import links
from .models import Speaker

SIDE = 800  # pixels of the longer side of a picture
LONGEST_RIDER = 3_000
LONGEST_CONTACT = 200


@dataclass(frozen=True, slots=True)
class Logistics:
    """What the organisers write for a speaker: where letters go, in which language; how they travel; whom they ask."""

    email: str = ""
    language: str = "en"
    travel: str = ""
    contact: str = ""


def show(*, speaker: Speaker, content: bytes) -> None:
    """Put a picture on the profile, in the place of an earlier one. Raises BadPicture."""
    name = pictures.keep(content, side=SIDE, field="photo")
    _set_picture(speaker, name)


def show_none(*, speaker: Speaker) -> None:
    """Take the picture away."""
    _set_picture(speaker, None)


def say_rider(*, speaker: Speaker, rider: str) -> bool:
    """What they need on stage. Returns whether anything changed. Raises BadInput."""
    if len(rider) > LONGEST_RIDER:
        raise BadInput(_("At most %(most)s letters, please.", most=LONGEST_RIDER), field="rider")
    with transaction():
        lock(speaker)
        if speaker.rider == rider.strip():
            return False
        before, speaker.rider = speaker.rider, rider.strip()
        audit.record(
            "speaker_rider", "speaker", speaker.id, expo_id=speaker.expo_id, personal=[before, speaker.rider]
        )
    return True


def set_logistics(*, speaker: Speaker, logistics: Logistics) -> bool:
    """Returns whether anything changed. Raises BadInput."""
    if len(logistics.travel) > LONGEST_RIDER:
        raise BadInput(_("At most %(most)s letters, please.", most=LONGEST_RIDER), field="travel")
    with transaction():
        lock(speaker)
        before = logistics_of(speaker)
        after = Logistics(
            logistics.email.strip().lower(), logistics.language, logistics.travel.strip(),
            one_line(logistics.contact)[:LONGEST_CONTACT],
        )  # fmt: skip
        if before == after:
            return False
        speaker.email, speaker.language = after.email or None, after.language
        speaker.travel, speaker.contact = after.travel, after.contact
        if before.email != after.email:
            links.end_own(speaker)  # who had the letter is not who is written to from now on
        audit.record(
            "speaker_logistics", "speaker", speaker.id, expo_id=speaker.expo_id,
            personal=[asdict(before), asdict(after)],
        )  # fmt: skip
    return True


def logistics_of(speaker: Speaker) -> Logistics:
    """As it is saved."""
    return Logistics(speaker.email or "", speaker.language, speaker.travel, speaker.contact)


@pictures.names
def shown() -> set[str]:
    """The pictures of all speakers."""
    return set(db.session.scalars(sa.select(Speaker.picture).where(Speaker.picture.is_not(None))))


def _set_picture(speaker: Speaker, name: str | None) -> None:
    with transaction():
        lock(speaker)
        if speaker.picture == name:
            return
        before, speaker.picture, speaker.changed_at = speaker.picture, name, clock.now()
        audit.record(
            "speaker_picture", "speaker", speaker.id, expo_id=speaker.expo_id,
            before={"picture": before is not None}, after={"picture": name is not None},
        )  # fmt: skip
        stamps.raise_stamp(f"programme:{speaker.expo_id}")
