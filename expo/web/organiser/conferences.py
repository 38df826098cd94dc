"""Conferences of one's team: the list, and what each says of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.programme import actions
from expo.programme import queries as programme
from expo.programme.drafts import ConferenceDraft
from expo.programme.fitting import LONGEST_TEXT
from expo.programme.models import Conference
from expo.programme.values import draft_of_conference
from expo.programme.words import Deed, Mode, Visibility
from expo.reports import attendance, timeline
from expo.web.context import this_expo, visitor
from expo.web.forms import DayField, DayList, LineList, TextBlock, TextLine, WholeNumber, needed, short
from expo.web.texts import _l

from . import blueprint, mine, words
from .text_fields import TextsForm, with_texts


class ConferenceForm(TextsForm):
    """What a conference says of itself; `read()` hands it to the action as one typed value."""

    body = "description"
    note = "place_text"
    longest_title = longest_note = 200

    title = TextLine(_l("Title"), [needed(_l("Give the conference a title.")), short(200)])
    other_names = LineList(
        _l("Other names"),
        description=_l("One per line: abbreviations and names by which people look for it."),
    )
    description = TextBlock(_l("Description"), [short(LONGEST_TEXT)])
    starts_on = DayField(_l("First day"), [needed(_l("When does it begin?"))])
    ends_on = DayField(_l("Last day"), [needed(_l("When does it end?"))])
    closed_dates = DayList(
        _l("Closed days"), description=_l("Days within without programme, one per line, such as 2022-06-06.")
    )
    time_zone = TextLine(
        _l("Time zone"), [needed(_l("In which time zone?"))], description=_l("Such as Europe/Stockholm.")
    )
    visibility = SelectField(_l("Who sees it"), choices=lambda: words.choices(words.VISIBILITIES))
    mode = SelectField(_l("Mode"), choices=lambda: words.choices(words.MODES))
    city = TextLine(_l("City"), [short(120)])
    place_text = TextLine(_l("Place"), [short(200)], description=_l("As it stands on the page."))
    hosts = LineList(_l("Hosts"), description=_l("One per line, in protocol order."))
    parent = SelectField(_l("Part of"), choices=[])
    series = TextLine(_l("Series"), [short(120)], description=_l("Such as Climate Breakfast."))
    series_number = WholeNumber(_l("Number in the series"), least=1, most=10_000)
    day_change_hour = WholeNumber(
        _l("Day changes at"),
        least=0,
        most=8,
        description=_l("The hour until which the night belongs to the day before: 4 for a club, else 0."),
    )

    @classmethod
    def of(cls, conference: Conference, draft: ConferenceDraft, sent: Any = None) -> ConferenceForm:
        """The form of a conference: as it is saved, or as it was sent."""
        parent, version = conference.parent, conference.version
        saved = {name: getattr(draft, name) for name in ConferenceDraft.__slots__}
        saved |= {"visibility": draft.visibility.value, "mode": draft.mode.value, "version": version}
        saved |= cls.saved_texts(draft.texts)
        saved["parent"] = parent.slug if parent else ""
        form = with_texts(cls, draft.text_language, draft.texts)(sent, data=saved)
        others = [one for one in mine.known(conference.expo_id, but=conference.id) if one is not parent]
        above = [parent] if parent else []
        form.parent.choices = [("", _("Nothing")), *((one.slug, one.title) for one in [*above, *others])]
        if sent is not None and "parent" not in sent:
            form.parent.data = saved["parent"]
        return form

    def read(self, before: ConferenceDraft) -> ConferenceDraft:
        """What was typed; what this form does not ask stays as it was."""
        return replace(
            before,
            title=self.title.data or "",
            other_names=tuple(self.other_names.data),
            description=self.description.data or "",
            starts_on=self.starts_on.data,
            ends_on=self.ends_on.data,
            closed_dates=self.closed_dates.data,
            time_zone=self.time_zone.data or "",
            visibility=Visibility(self.visibility.data),
            mode=Mode(self.mode.data),
            city=self.city.data or "",
            place_text=self.place_text.data or "",
            hosts=tuple(self.hosts.data),
            series=(self.series.data or "") if self.series.raw_data else before.series,
            series_number=self.series_number.data if self.series_number.raw_data else before.series_number,
            day_change_hour=before.day_change_hour
            if self.day_change_hour.data is None
            else self.day_change_hour.data,
            text_language=self.text_language.data or "",
            texts=self.read_texts(before.texts),
        )

    def _body_label(self, language: str) -> str:
        return _("Description in %(language)s", language=language)

    def _note_label(self, language: str) -> str:
        return _("Place in %(language)s", language=language)


@blueprint.get("/organise/conferences")
def conferences() -> ResponseReturnValue:
    found = mine.conferences()
    ids = [conference.id for conference in found]
    return render_template(
        "organiser/conferences.html",
        conferences=found,
        hosts=programme.hosts(ids),
        numbers=attendance.numbers(this_expo(), ids),
        sessions=programme.session_counts(ids),
        words=words,
        is_admin=(who := visitor()) is not None and who.is_admin,
    )


@blueprint.get("/organise/conferences/<slug>")
def conference(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug)
    return _page(found, ConferenceForm.of(found, _draft(found)))


@blueprint.post("/organise/conferences/<slug>")
def save_conference(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    before = _draft(found)
    form = ConferenceForm.of(found, before, request.form)

    def save() -> None:
        slug = str(form.parent.data or "")
        parent = programme.conference(found.expo_id, slug) if slug else None
        actions.save_conference(
            expo=this_expo(), draft=form.read(before), conference=found, parent=parent, version=form.seen
        )

    if form.validate() and form.accepts(save):
        flash(_("%(title)s is saved, and shown so at once.", title=found.title), "success")
        return redirect(url_for("organiser.conference", slug=found.slug), code=303)
    form.lay_beside(ConferenceForm.of(found, _draft(found)))
    return _page(found, form), form.status


def _draft(found: Conference) -> ConferenceDraft:
    return draft_of_conference(found, programme.hosts([found.id])[found.id])


def _page(found: Conference, form: ConferenceForm) -> str:
    return render_template(
        "organiser/conference.html",
        conference=found,
        form=form,
        may_edit=mine.may(Deed.SET_UP, found.id),
        numbers=attendance.numbers(this_expo(), [found.id])[found.id],
        sessions=programme.session_counts([found.id]).get(found.id, 0),
        history=timeline.of([("conference", found.id)], most=6),
    )
