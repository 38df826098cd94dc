"""Tags of sessions: written, released, found, and carried in and out."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from expo.core.refusals import BadInput
from expo.programme import actions, tags
from expo.programme.values import draft_of_session
from expo.programme.words import Role, Visibility
from expo.publishing import actions as publishing
from expo.publishing import queries as released
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.feature("P1", "F4"), pytest.mark.usefixtures("app")]


def test_one_word_is_one_tag_however_it_is_written():
    assert tags.parsed("Water,  #water; Children\nKlimat ÅR") == ("children", "klimat år", "water")
    for wrong in (["x" * 41], [str(number) for number in range(13)], ["a,b"]):
        with pytest.raises(BadInput):
            tags.check(wrong)


def test_a_tag_is_seen_with_its_release_found_and_carried_in_feeds(browser: Callable[..., Client]):
    wet = a.a_session(title="Rain", tags=("Water", "children"))
    dry = a.a_session(wet.session.conference, title="Sand", tags=("desert",))
    expo = wet.session.conference.expo
    client, path = browser(), f"/{expo.slug}"
    found = client.get(f"{path}/programme?tag=Water").text
    assert "Rain" in found
    assert "Sand" not in found
    assert "water (1)" in found
    assert f'href="{path}/programme?tag=water"' in client.get(f"{path}/sessions/{wet.session.code}").text
    assert "Rain" not in client.get(f"{path}/feeds/programme.csv?tag=desert").text
    assert "children, water" in client.get(f"{path}/feeds/programme.csv").text.replace('"', "")
    assert ",children,water" in client.get(f"{path}/feeds/sessions/{wet.session.code}.ics").text.replace(
        "\r\n ", ""
    )
    assert "Rain" in client.get(f"{path}/search?q=children").text
    listed = client.get(f"/api/v1/expos/{expo.slug}/sessions?tag=desert").json
    assert listed
    assert [(one["code"], one["tags"]) for one in listed["sessions"]] == [(dry.session.code, ["desert"])]

    actions.edit_session(session=dry.session, draft=replace(draft_of_session(dry.session), tags=("dunes",)))
    assert "Sand" in client.get(f"{path}/programme?tag=desert").text
    assert publishing.publish(expo=expo).changes[0]["fields"] == ["tags"]
    assert released.known_tags(expo.id, [wet.session.conference_id]) == ["children", "dunes", "water"]


def test_tags_are_typed_with_commas_and_suggested(browser: Callable[..., Client]):
    talk = a.a_session(tags=("water",), published=False)
    conference = talk.session.conference
    other = a.a_conference(conference.expo)
    a.a_session(other, tags=("told",))
    a.a_session(a.a_conference(conference.expo, visibility=Visibility.HIDDEN), tags=("private",))
    a.a_session(other, tags=("secret",), published=False)
    client = browser(a.an_organiser(conference.expo, Role.SCHEDULER, conference=conference))
    page = client.get(f"/{conference.expo.slug}/organise/sessions/{talk.session.code}").text
    assert re.findall(
        r'<option value="(\w+)">', page.split('id="known-tags">')[1].split("</datalist>")[0]
    ) == [
        "told",
        "water",
    ]
    assert 'value="water"' in page
