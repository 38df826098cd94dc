"""Organisations in pages: made, renamed, merged; a group narrows the desk's list and marks badges."""

from __future__ import annotations

import html
import re

import pytest

from expo.accounts import actions as accounts
from expo.core import checks
from expo.core.db import db
from expo.delegations.models import Delegation
from expo.organisations import actions, queries
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import Organisation, OrganisationKind
from expo.programme import actions as programme
from expo.programme.drafts import ConferenceDraft
from expo.programme.words import Role
from tests import factories as a
from tests.delegations.sending import a_city_ticket, a_delegation

pytestmark = [pytest.mark.feature("N1"), pytest.mark.usefixtures("app")]


def a_body(name: str, **values) -> Organisation:
    return actions.save(draft=OrganisationDraft(name, OrganisationKind.CITY, **values))[0]


def test_owners_of_an_expo_make_and_rename_organisations_and_others_only_look(browser):
    conference = a.a_conference()
    expo = conference.expo
    a_body("Region Skåne")
    path = f"/{expo.slug}/organise/organisations"
    form = {"name": "Malmo", "kind": "municipality", "official_code": "1280", "country": "SE"}
    other = browser(a.an_organiser(expo, Role.OWNER, conference))
    assert other.post(f"{path}/new", form).status_code == 403
    assert "New organisation" not in other.get(path).text
    owner = browser(a.an_organiser(expo))
    assert owner.get(f"{path}/new").status_code == 200
    assert owner.post(f"{path}/new", {**form, "name": ""}).status_code == 422
    assert owner.post(f"{path}/new", {**form, "wholes": "Region Nowhere"}).status_code == 422
    assert queries.by_name("Malmo") is None, "nothing is half saved"

    made = owner.post(f"{path}/new", {**form, "wholes": "Region Skåne", "groups": "Climate leaders"})
    assert made.status_code == 303
    page = owner.get(made.headers["Location"]).text
    assert "Region Skåne" in page
    owner.post(made.headers["Location"], {**form, "name": "Malmö", "groups": "Ports"})

    malmo = queries.by_name("Malmö")
    assert malmo is not None
    assert [group.name for group in queries.groups_of([malmo.id])[malmo.id]] == ["Ports"]
    assert queries.wholes_of([malmo.id]) == {}
    assert owner.get(f"{path}/nobody").status_code == 404


def test_two_rows_of_one_body_become_one_and_all_that_points_to_them_follows(browser):
    expo = a.an_expo()
    kept, gone, whole = (
        a_body("Turin", official_code="001272", country="IT"),
        a_body("Torino"),
        a_body("Eurocities"),
    )
    actions.make_member(member=gone, whole=whole)
    actions.gather(name="Mission cities", organisations=[kept, gone])
    conference = programme.save_conference(
        expo=expo,
        draft=ConferenceDraft(
            "Forum", expo.starts_on, expo.ends_on, expo.time_zone, hosts=("Turin", "Torino")
        ),
    )[0]
    delegation = a_delegation(a_city_ticket(conference), name="Torino")
    speaker = a.a_speaker(expo)
    owner = browser(a.an_organiser(expo))
    path = f"/{expo.slug}/organise/organisations/{kept.slug}/merge"
    assert owner.post(path, {"other": "Nowhere"}).status_code == 422
    assert owner.post(path, {"other": "Turin"}).status_code == 422

    assert owner.post(path, {"other": "torino"}).status_code == 303

    assert queries.by_name("Torino") is None
    kept = queries.by_name("Turin")
    assert kept is not None
    assert [one.name for one in queries.wholes_of([kept.id])[kept.id]] == ["Eurocities"]
    assert db.session.get_one(Delegation, delegation.id).organisation_id == kept.id
    assert speaker is not None
    assert list(checks.broken()) == []


def test_a_group_narrows_the_desks_list_and_its_mark_stands_on_the_badge(browser):
    conference = a.a_conference()
    expo = conference.expo
    group = actions.gather(name="Mission cities", organisations=[a_body("Turin"), a_body("Malmö")])
    people = [
        accounts.create_person(
            expo_id=expo.id, name=name, email=f"p{number}@example.org", language="en", organisation=of
        )
        for number, (name, of) in enumerate((("Ada", "Turin"), ("Bo", "Malmö"), ("Cia", "Oslo")))
    ]
    for one in people:
        a.a_registration(one, conference)
    owner = browser(a.an_organiser(expo))

    page = owner.get(f"/{expo.slug}/organise/people?group={group.slug}").text
    assert [name in page for name in ("Ada", "Bo", "Cia")] == [True, True, False]
    assert "Mission cities" in page
    assert owner.post(f"/{expo.slug}/organise/groups/{group.slug}", {"mark": "MC100"}).status_code == 303
    shown = owner.get(f"/{expo.slug}/organise/organisations?group={group.slug}").text
    assert 'value="MC100"' in shown

    assert "MC100" in browser(people[0]).get(f"/{expo.slug}/my/badge").text
    assert "MC100" not in browser(people[2]).get(f"/{expo.slug}/my/badge").text
    assert owner.post(f"/{expo.slug}/organise/groups/nobody", {"mark": "X"}).status_code == 404


def test_an_organisation_narrows_the_list_and_a_group_says_how_many_of_it_come(browser):
    conference = a.a_conference()
    expo, other = conference.expo, a.a_conference(conference.expo)
    turin = a_body("Turin")
    group = actions.gather(name="Mission cities", organisations=[turin, a_body("Malmö"), a_body("Oslo")])
    people = [
        accounts.create_person(expo_id=expo.id, name=name, email=None, language="en", organisation=of)
        for name, of in (("Ada", "Turin"), ("Bo", "turin"), ("Cia", "Malmö"), ("Dan", "Elsewhere"))
    ]
    for one in people[1:]:
        a.a_registration(one, conference)
    a.a_registration(people[0], conference, a.a_ticket_type(conference, "City", needs_approval=True))
    a.a_registration(people[1], other)  # one person, counted once
    desk = browser(a.an_organiser(expo, Role.VIEWER, conference))

    page = desk.get(f"/{expo.slug}/organise/organisations?group={group.slug}").text
    figures = re.findall(r'<div class="figure"><b>([^<]+)</b>', page)
    assert figures == ["2 of 3", "3", "2"]
    link = re.search(r'href="([^"]+organisation=turin[^"]*)">2<', page)[1]
    found = desk.get(html.unescape(link)).text
    assert [name in found for name in ("Ada", "Bo", "Cia", "Dan")] == [True, True, False, False]
    assert "Turin" in found
    scheduler = browser(a.an_organiser(expo, Role.SCHEDULER, conference))
    assert "Who comes of" not in scheduler.get(f"/{expo.slug}/organise/organisations?group={group.slug}").text
