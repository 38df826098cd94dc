from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask_babel import gettext as _

from expo.core import audit, clock, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import folded, free_slug, one_line
from expo.expos.models import Expo
from expo.organisations import actions as organisations

from . import queries
from .models import Speaker, SpeakerKind

LONGEST_BIO = 5_000


@dataclass(frozen=True, slots=True)
class Profile:
    """What is said of a speaker. `country` is an ISO 3166-1 code or empty."""

    name: str
    title: str = ""
    organisation: str = ""
    city: str = ""
    country: str = ""
    bio: str = ""
    kind: SpeakerKind = SpeakerKind.PERSON


def create_speaker(*, expo: Expo, profile: Profile, slug: str | None = None) -> Speaker:
    """Add somebody to the expo's speakers. Raises BadInput."""
    _check(profile)
    with transaction():
        taken = queries.slugs(expo.id)
        now = clock.now()
        speaker = Speaker(
            expo_id=expo.id,
            slug=slug if slug and slug not in taken else free_slug(profile.name, taken),
            version=1,
            created_at=now,
            changed_at=now,
        )
        _fill(speaker, profile)
        db.session.add(speaker)
        db.session.flush()
        audit.record("speaker_created", "speaker", speaker.id, expo_id=expo.id, personal=asdict(profile))
        stamps.raise_stamp(f"programme:{expo.id}")
    return speaker


def edit_speaker(*, speaker: Speaker, profile: Profile, version: int | None = None) -> bool:
    """Change what is said of a speaker; shown at once. Returns whether anything changed.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first, BadInput.
    """
    _check(profile)
    with transaction():
        lock(speaker)
        if version is not None and speaker.version != version:
            raise ChangedMeanwhile(
                _(
                    "Somebody else changed this speaker while you were writing. Look at their text, then save again."
                )
            )
        before = profile_of(speaker)
        if before == profile:
            return False
        _fill(speaker, profile)
        speaker.version += 1
        speaker.changed_at = clock.now()
        audit.record(
            "speaker_changed",
            "speaker",
            speaker.id,
            expo_id=speaker.expo_id,
            personal=_difference(asdict(before), asdict(profile)),
        )
        stamps.raise_stamp(f"programme:{speaker.expo_id}")
    return True


def profile_of(speaker: Speaker) -> Profile:
    """The present profile."""
    return Profile(
        name=speaker.name,
        title=speaker.title,
        organisation=speaker.organisation_name,
        city=speaker.city,
        country=speaker.country,
        bio=speaker.bio,
        kind=speaker.kind,
    )


def _check(profile: Profile) -> None:
    if not one_line(profile.name):
        raise BadInput(_("A speaker needs a name."), field="name")
    for field, most in (
        ("name", 200),
        ("title", 200),
        ("organisation", 200),
        ("city", 120),
        ("bio", LONGEST_BIO),
    ):
        if len(getattr(profile, field)) > most:
            raise BadInput(_("At most %(most)s letters, please.", most=most), field=field)
    if profile.country and not (len(profile.country) == 2 and profile.country.isalpha()):
        raise BadInput(_("A country is two letters, such as SE."), field="country")


def _fill(speaker: Speaker, profile: Profile) -> None:
    speaker.name = one_line(profile.name)
    speaker.folded_name = folded(speaker.name)
    speaker.title, speaker.city, speaker.country = (
        one_line(profile.title),
        one_line(profile.city),
        profile.country,
    )
    speaker.bio, speaker.kind = profile.bio.strip(), profile.kind
    speaker.organisation = (
        organisations.find_or_create(name=profile.organisation, city=profile.city, country=profile.country)
        if profile.organisation.strip()
        else None
    )


def _difference(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {key: [before[key], after[key]] for key in after if before[key] != after[key]}
