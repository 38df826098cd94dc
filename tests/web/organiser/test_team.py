"""Who is in a team: taken in by an address, with a letter; a team is never without an owner."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.accounts import queries as people
from expo.accounts.models import Account
from expo.core.db import db
from expo.mail import outbox
from expo.programme import members, teams
from expo.programme.models import TeamMember
from expo.programme.words import Role
from tests import factories as a
from tests.storms.race import race

from .conftest import Desk

pytestmark = pytest.mark.feature("P1")


def roles_in(desk: Desk, conference: bool = True) -> list[tuple[str, Role]]:
    found = members.of(desk.expo.id, desk.conference.id if conference else None)
    return [(one.account.email, one.role) for one in found]


def test_an_owner_takes_somebody_in_who_gets_a_letter_and_may_begin(desk: Desk):
    owner = desk.open_as(Role.OWNER, desk.conference)
    sent = {"name": "Åsa Öberg", "email": "Asa@Example.org", "role": "registration"}

    page = owner.post(f"{desk.path}/conferences/{desk.slug}/team", data=sent, follow_redirects=True)
    again = owner.post(f"{desk.path}/conferences/{desk.slug}/team", data=sent, follow_redirects=True)

    assert "Åsa Öberg is in the team" in page.text
    assert "had this role already" in again.text
    [letter] = outbox.waiting()
    assert letter.recipient == "asa@example.org"
    assert "City week: registration desk" in letter.body
    account = people.account_by_email("asa@example.org")
    assert account is not None
    assert desk.browser(account).get(f"{desk.path}/people").status_code == 200
    assert desk.browser(account).get(f"{desk.path}/sessions/new").status_code == 403


def test_what_is_wrong_with_a_new_member_is_said_and_nothing_typed_is_lost(desk: Desk):
    page = desk.open_as().post(
        f"{desk.path}/conferences/{desk.slug}/team", data={"name": "Åsa", "email": "nowhere", "role": "king"}
    )

    assert page.status_code == 422
    assert 'value="nowhere"' in page.text
    assert "3 answers need another look" not in page.text
    assert "2 answers need another look" in page.text
    assert outbox.waiting() == []


def test_a_role_is_taken_back_and_the_desk_is_closed_at_once(desk: Desk):
    viewer = a.an_organiser(desk.expo, Role.VIEWER, desk.conference)
    its = desk.browser(viewer)
    [found] = members.of(desk.expo.id, desk.conference.id)
    owner = desk.open_as(Role.OWNER, desk.conference)
    leave = f"{desk.path}/conferences/{desk.slug}/team/{found.id}/leave"

    assert owner.post(leave).status_code == 303
    assert its.get(f"{desk.path}/").status_code == 403
    assert owner.post(leave).status_code == 404


def test_the_last_owner_stays(desk: Desk):
    owner = a.an_organiser(desk.expo, Role.OWNER, desk.conference)
    [found] = members.of(desk.expo.id, desk.conference.id)
    path = f"{desk.path}/conferences/{desk.slug}/team/{found.id}/leave"
    client = desk.browser(owner)

    stays = client.post(path)
    assert stays.status_code == 409
    assert "a team needs one" in stays.text

    a.an_organiser(desk.expo)  # one of the whole expo owns this conference, too
    assert client.post(path).headers["Location"] == f"{desk.path}/"


def test_a_role_of_another_team_cannot_be_taken_here(desk: Desk):
    a.an_organiser(desk.expo, Role.VIEWER, a.a_conference(desk.expo))
    other = db.session.scalar(sa.select(TeamMember.id).where(TeamMember.role == Role.VIEWER))

    answer = desk.open_as().post(f"{desk.path}/conferences/{desk.slug}/team/{other}/leave")

    assert answer.status_code == 404
    assert db.session.get(TeamMember, other) is not None


def test_roles_of_the_whole_expo_are_given_by_its_owners_only(desk: Desk):
    sent = {"name": "Åsa", "email": "asa@example.org", "role": "viewer"}

    assert desk.open_as(Role.OWNER, desk.conference).post(f"{desk.path}/team", data=sent).status_code == 403
    assert desk.open_as(Role.OWNER).post(f"{desk.path}/team", data=sent).status_code == 303
    assert ("asa@example.org", Role.VIEWER) in roles_in(desk, conference=False)


@pytest.mark.storm
def test_two_owners_who_take_each_others_role_at_once_leave_one(app: Flask, desk: Desk):
    ann, bo = (a.an_organiser(desk.expo, Role.OWNER, desk.conference) for _owner in range(2))
    ids = {one.account_id: one.id for one in members.of(desk.expo.id, desk.conference.id)}
    team = f"{desk.path}/conferences/{desk.slug}/team"
    takes = {desk.browser(ann): f"{team}/{ids[bo.id]}/leave", desk.browser(bo): f"{team}/{ids[ann.id]}/leave"}
    db.session.rollback()

    answers = race(app, list(takes), lambda client: client.post(takes[client]))

    assert answers[303] == 1  # the other was too late: no owner any more, or the last one
    assert answers.total() == 2
    assert set(answers) <= {303, 403, 404, 409}
    assert len(roles_in(desk)) == 1


def test_the_same_address_in_two_roles_is_one_account(desk: Desk):
    for role in (Role.SCHEDULER, Role.DOOR_LEAD):
        members.invite(
            expo=desk.expo,
            conference=desk.conference,
            email="asa@example.org",
            name="Åsa",
            role=role,
            language="sv",
        )

    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1
    held = teams.rights(None, desk.expo.id)
    assert held.at == {}
    assert {role for _email, role in roles_in(desk)} == {Role.SCHEDULER, Role.DOOR_LEAD}
