"""Speakers of the expo: the list, a profile to write and to edit, and where somebody appears."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.words import Deed
from expo.reports import timeline
from expo.speakers import actions
from expo.speakers import queries as speaker_queries
from expo.speakers.actions import Profile
from expo.speakers.models import Speaker, SpeakerKind
from expo.web.context import this_expo
from expo.web.forms import TextBlock, TextLine, VersionedForm, countries, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words


class SpeakerForm(VersionedForm):
    """A speaker's profile; `read()` hands it to the action as one typed value."""

    name = TextLine(_l("Name"), [needed(_l("A speaker needs a name.")), short(200)])
    kind = SelectField(_l("Kind"), choices=lambda: words.choices(words.SPEAKER_KINDS))
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


@blueprint.get("/organise/speakers")
def speakers() -> ResponseReturnValue:
    search = lists.asked("q")
    part = lists.page_of(speaker_queries.every(this_expo().id, search))
    return render_template(
        "organiser/speakers.html",
        part=part,
        often=programme.appearance_counts(this_expo().id),
        q=search,
        may_add=mine.rights().anywhere(Deed.SCHEDULE),
    )


@blueprint.get("/organise/speakers/new")
def new_speaker() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    return _page(None, SpeakerForm.of(None))


@blueprint.post("/organise/speakers/new")
def create_speaker() -> ResponseReturnValue:
    mine.somewhere(Deed.SCHEDULE)
    form = SpeakerForm.of(None, request.form)
    made: list[Speaker] = []
    if form.validate() and form.accepts(
        lambda: made.append(actions.create_speaker(expo=this_expo(), profile=form.read()))
    ):
        flash(_("%(name)s is added.", name=made[0].name), "success")
        return redirect(url_for("organiser.speaker", slug=made[0].slug), code=303)
    return _page(None, form), form.status


@blueprint.get("/organise/speakers/<slug>")
def speaker(slug: str) -> ResponseReturnValue:
    found = speaker_queries.by_slug(this_expo().id, slug) or abort(404)
    return _page(found, SpeakerForm.of(found))


@blueprint.post("/organise/speakers/<slug>")
def save_speaker(slug: str) -> ResponseReturnValue:
    found = speaker_queries.by_slug(this_expo().id, slug) or abort(404)
    teams.require_speaker(mine.rights(), found.id)
    form = SpeakerForm.of(found, request.form)
    if form.validate() and form.accepts(
        lambda: actions.edit_speaker(speaker=found, profile=form.read(), version=form.seen)
    ):
        flash(_("%(name)s is saved, and shown so at once.", name=found.name), "success")
        return redirect(url_for("organiser.speaker", slug=found.slug), code=303)
    form.lay_beside(SpeakerForm.of(found))
    return _page(found, form), form.status


def _page(found: Speaker | None, form: SpeakerForm) -> str:
    every = programme.appearances_of(found.id) if found else []
    shown = [one for one in every if mine.may(Deed.READ, one.session.conference_id)]
    return render_template(
        "organiser/speaker.html",
        speaker=found,
        form=form,
        appearances=shown,
        elsewhere=len(every) - len(shown),
        history=timeline.of([("speaker", found.id)], most=6) if found else [],
        may_edit=teams.may_edit_speaker(mine.rights(), found.id) if found else True,
    )
