"""A speaker's profile as a form, for the speaker and for organisers; and where its picture is found."""

from __future__ import annotations

from typing import Any

from flask import url_for
from wtforms import SelectField

from expo.speakers import actions
from expo.speakers.actions import Profile
from expo.speakers.models import Speaker, SpeakerKind
from expo.web.forms import TextBlock, TextLine, VersionedForm, countries, needed, short
from expo.web.texts import _l

KINDS = {SpeakerKind.PERSON: _l("One person"), SpeakerKind.GROUP: _l("A group")}


def picture(of: Any) -> str | None:
    """The address of the picture of a speaker, or of whatever else has one."""
    return url_for("public.picture", name=of.picture) if of.picture else None


class SpeakerForm(VersionedForm):
    """A speaker's profile; `read()` hands it to the action as one typed value."""

    name = TextLine(_l("Name"), [needed(_l("A speaker needs a name.")), short(200)])
    kind = SelectField(_l("Kind"), choices=lambda: [(kind.value, word) for kind, word in KINDS.items()])
    title = TextLine(_l("Title"), [short(200)])
    organisation = TextLine(_l("Organisation"), [short(200)])
    city = TextLine(_l("City"), [short(120)])
    country = SelectField(_l("Country"), choices=countries)
    bio = TextBlock(_l("About"), [short(actions.LONGEST_BIO)])

    @classmethod
    def of(cls, speaker: Speaker | None, sent: Any = None) -> SpeakerForm:
        """The form of a profile: as it is saved, or as it was sent."""
        profile = actions.profile_of(speaker) if speaker else Profile("")
        saved = {name: getattr(profile, name) for name in Profile.__slots__}
        saved |= {"kind": profile.kind.value, "version": speaker.version if speaker else 0}
        return cls(sent, data=saved)

    def read(self) -> Profile:
        return Profile(
            name=self.name.data or "",
            title=self.title.data or "",
            organisation=self.organisation.data or "",
            city=self.city.data or "",
            country=self.country.data or "",
            bio=self.bio.data or "",
            kind=SpeakerKind(self.kind.data),
        )
