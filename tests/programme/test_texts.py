"""What sessions say beyond title and abstract, in which languages: what is taken, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from expo.core import stamps
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.programme import actions, outside, queries
from expo.programme.drafts import ConferenceDraft, Material, OutsideEventDraft, SessionDraft, Text
from expo.programme.values import draft_of_conference, draft_of_session
from expo.programme.words import MaterialKind
from tests import factories as a

pytestmark = pytest.mark.once

SLIDES = Material(MaterialKind.SLIDES, "Slides", "https://example.org/slides.pdf")
FULL = {
    "text_language": "en",
    "texts": (Text("ar", "حدائق"), Text("sv", "Regnbäddar", "Om regn.", machine_made=True)),
    "interpretation": (("sv", "en"), ("en", "swl")),
    "content_notes": "Strobe light",
    "materials": (SLIDES, Material(MaterialKind.LINK, "Bring boots", text="It is wet.", public=False)),
}


@pytest.mark.feature("F9")
@pytest.mark.feature("F6")
def test_a_session_holds_what_its_draft_says_and_saving_it_again_changes_nothing(app):
    session = a.a_session(published=False, **FULL).session

    draft = draft_of_session(session)

    assert {name: getattr(draft, name) for name in FULL} == FULL
    assert not actions.edit_session(session=session, draft=draft)
    assert session.titles == {"ar": "حدائق", "sv": "Regnbäddar"}
    assert session.abstracts == {"sv": "Om regn."}


BAD = [
    ({"text_language": "swedish"}, "text_language"),
    ({"text_language": "sv", "texts": (Text("sv", "En till"),)}, "title_sv"),
    ({"texts": (Text("sv", "x" * 251),)}, "title_sv"),
    ({"texts": (Text("sv", "T", "x" * 20_001),)}, "abstract_sv"),
    ({"texts": (Text("sv", "En"), Text("sv", "Två"))}, "title_sv"),
    ({"texts": (Text("../x", "En"),)}, None),
    ({"texts": tuple(Text(f"x{sign}", "T") for sign in "abcdefghijklm")}, "text_language"),
    ({"interpretation": (("sv", "sv"),)}, "interpretation"),
    ({"interpretation": (("sv", ""),)}, "interpretation"),
    ({"content_notes": "x" * 301}, "content_notes"),
    ({"materials": (replace(SLIDES, title=" "),)}, "title"),
    ({"materials": (replace(SLIDES, url=""),)}, "url"),
    ({"materials": (replace(SLIDES, text="x" * 601),)}, "text"),
    ({"materials": (replace(SLIDES, language="Swedish"),)}, "language"),
    ({"materials": (SLIDES,) * 41}, "title"),
    *(
        ({"materials": (replace(SLIDES, url=url),)}, "url")
        for url in (
            "http://example.org/", "javascript:alert(1)", "https://", "//example.org", "https://a@example.org/",
            "https://example.org/a b", "https://[::1", "https://example.org/\n", "data:text/html,x",
            "https://example.org:99999/", "https:\\\\example.org", f"https://example.org/{'x' * 500}",
        )
    ),
]  # fmt: skip


@pytest.mark.feature("F6")
@pytest.mark.parametrize(("changes", "field"), BAD)
def test_what_cannot_be_meant_is_refused_by_the_name_of_its_field(app, changes, field):
    conference = a.a_conference()

    with pytest.raises(BadInput) as refused:
        actions.create_session(conference=conference, draft=SessionDraft("Talk", "talk", **changes))

    assert refused.value.facts.get("field") == field
    assert queries.sessions_by_code(conference.expo_id) == {}


@pytest.mark.feature("F9")
def test_a_conference_is_told_in_other_languages_at_once(app):
    conference = a.a_conference(title="City week", description="A week.", text_language="en")
    before = stamps.read(f"programme:{conference.expo_id}")
    draft = replace(draft_of_conference(conference, []), texts=(Text("sv", "Stadsveckan", "En vecka."),))

    actions.save_conference(expo=conference.expo, draft=draft, conference=conference)

    assert conference.title_in("sv") == ("Stadsveckan", "sv")
    assert conference.description_in("sv") == ("En vecka.", "sv")
    assert conference.title_in("en") == conference.title_in("fr") == ("City week", "en")
    assert draft_of_conference(conference, []).texts == draft.texts
    assert stamps.read(f"programme:{conference.expo_id}") != before
    with pytest.raises(BadInput):
        actions.save_conference(
            expo=conference.expo,
            draft=ConferenceDraft(
                "T", draft.starts_on, draft.ends_on, draft.time_zone, texts=(Text("sv", "x" * 201),)
            ),
        )


@pytest.mark.feature("F16")
def test_an_outside_event_leaves_a_trace_and_is_never_saved_over_anothers_change(app):
    expo = a.an_expo()
    starts = a.tomorrow_at(10)
    draft = OutsideEventDraft(
        "Regatta", starts, starts + timedelta(hours=8), "The strait", "https://example.org/"
    )
    event = outside.save_outside_event(expo=expo, draft=draft)

    outside.save_outside_event(expo=expo, draft=replace(draft, title="Great regatta"), event=event, version=1)
    with pytest.raises(ChangedMeanwhile):
        outside.save_outside_event(expo=expo, draft=replace(draft, title="Mine"), event=event, version=1)
    assert event.title == "Great regatta"
    outside.remove_outside_event(event=event)
    with pytest.raises(ChangedMeanwhile):
        outside.save_outside_event(expo=expo, draft=draft, event=event)

    assert queries.outside_events(expo.id) == []
    done = db.session.query(AuditEntry).filter_by(subject="outside_event").order_by(AuditEntry.id)
    assert [entry.action.removeprefix("outside_event_") for entry in done] == [
        "created",
        "changed",
        "removed",
    ]


@pytest.mark.feature("F16")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"), ({"title": "x" * 201}, "title"), ({"place": "x" * 201}, "place"),
        ({"url": "http://example.org"}, "url"), ({"language": "Swedish"}, "language"),
        ({"ends_at": a.tomorrow_at(10)}, "ends_at"),
    ],
)  # fmt: skip
def test_an_outside_event_that_cannot_be_meant_is_refused(app, changes, field):
    draft = OutsideEventDraft("Regatta", a.tomorrow_at(10), a.tomorrow_at(18))

    with pytest.raises(BadInput) as refused:
        outside.save_outside_event(expo=a.an_expo(), draft=replace(draft, **changes))

    assert refused.value.facts["field"] == field
