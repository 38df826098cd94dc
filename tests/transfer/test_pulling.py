"""Calendars of partners are read, never written, and leave with what they brought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.core import clock, outgoing
from expo.core.outgoing import Page, Refused
from expo.core.refusals import BadInput
from expo.programme import outside
from expo.programme import queries as programme
from expo.programme.drafts import OutsideEventDraft
from expo.transfer import pulling
from tests import factories as a

pytestmark = pytest.mark.feature("P16")


def calendar(*events: tuple[str, str, int]) -> bytes:
    """Events as (uid, title, days from now)."""
    lines = ["BEGIN:VCALENDAR"]
    for uid, title, days in events:
        starts = clock.now() + timedelta(days=days)
        lines += ["BEGIN:VEVENT", f"UID:{uid}", f"SUMMARY:{title}", f"DTSTART:{starts:%Y%m%dT%H%M00Z}", "DURATION:PT1H",
                  "URL:https://example.org/1", "END:VEVENT"]  # fmt: skip
    return "\r\n".join([*lines, "END:VCALENDAR", ""]).encode()


def test_what_stands_there_is_shown_changed_and_taken_away(app, monkeypatch):
    expo = a.an_expo()
    followed = pulling.add(expo=expo, name="Museum", url="webcal://museum.example.org/a.ics", language="sv")
    answers = [
        calendar(("1", "Opening", 1), ("2", "Far away", 900)),
        calendar(("1", "Opening, later", 2), ("3", "Tour", 3)),
        calendar(("3", "Tour", 3)),
    ]
    asked = []

    def get(url, **_options):
        asked.append(url)
        return Page(200, answers[len(asked) - 1])

    monkeypatch.setattr(outgoing, "get", get)
    titles = []
    for _time in answers:
        assert pulling.pull(followed.id) == ""
        titles.append([event.title for event in programme.outside_events(expo.id)])

    assert titles == [["Opening"], ["Opening, later", "Tour"], ["Tour"]]
    assert asked[0] == "https://museum.example.org/a.ics"
    event = programme.outside_events(expo.id)[0]
    with pytest.raises(BadInput):
        outside.save_outside_event(
            expo=expo, event=event, draft=OutsideEventDraft("Mine", event.starts_at, event.ends_at)
        )
    with pytest.raises(BadInput):
        outside.remove_outside_event(event=event)
    pulling.remove(calendar=followed)
    assert programme.outside_events(expo.id) == []


@pytest.mark.parametrize(
    "answer", [Page(500, b""), Page(200, b"<html>"), Refused("inner"), TimeoutError(), outgoing.TooLarge()]
)
def test_a_calendar_that_cannot_be_read_leaves_what_was_there(app, monkeypatch, answer):
    expo = a.an_expo()
    followed = pulling.add(expo=expo, name="Museum", url="https://museum.example.org/a.ics")
    monkeypatch.setattr(outgoing, "get", lambda _url, **_options: Page(200, calendar(("1", "Opening", 1))))
    pulling.pull(followed.id)

    def get(_url, **_options):
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(outgoing, "get", get)

    assert pulling.pull(followed.id) != ""
    assert [event.title for event in programme.outside_events(expo.id)] == ["Opening"]


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example.org/",
        "https://127.0.0.1/a.ics",
        "https://localhost/",
        "file:///etc/passwd",
        "https://" + "a" * 600 + ".org",
    ],
)
def test_an_address_inside_is_not_followed(app, url):
    with pytest.raises(BadInput):
        pulling.add(expo=a.an_expo(), name="Inside", url=url)


def test_the_same_calendar_is_followed_once(app):
    expo = a.an_expo()
    pulling.add(expo=expo, name="One", url="https://museum.example.org/a.ics")

    with pytest.raises(BadInput):
        pulling.add(expo=expo, name="Two", url="https://museum.example.org/a.ics")
