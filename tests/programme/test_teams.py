from __future__ import annotations

import pytest

from expo.accounts.signins import Visitor
from expo.core.refusals import Forbidden, NotFound
from expo.programme import actions, teams
from expo.programme.drafts import Billing
from expo.programme.teams import Rights
from expo.programme.words import Deed, Role
from tests import factories as a

pytestmark = [pytest.mark.feature("P1"), pytest.mark.usefixtures("app")]

# Who may do what; owners may do everything.
TABLE = {
    Deed.READ: set(Role),
    Deed.SCHEDULE: {Role.SCHEDULER},
    Deed.PUBLISH: {Role.SCHEDULER},
    Deed.SET_UP: set(),
    Deed.READ_PEOPLE: {Role.REGISTRATION, Role.FINANCE, Role.DOOR_LEAD, Role.VIEWER},
    Deed.READ_ADDRESSES: {Role.REGISTRATION, Role.FINANCE},
    Deed.WALK_IN: {Role.REGISTRATION, Role.DOOR_LEAD},
    Deed.DECIDE: {Role.REGISTRATION},
    Deed.PRE_APPROVE: {Role.REGISTRATION},
    Deed.APPROVE_LAST: set(),
    Deed.TAKE_MONEY: {Role.FINANCE},
    Deed.READ_DOORS: {Role.REGISTRATION, Role.DOOR_LEAD, Role.VIEWER},
    Deed.RUN_DOORS: {Role.DOOR_LEAD},
}


def a_visitor(account_id: int | None = 1, person_id: int | None = None, is_admin: bool = False) -> Visitor:
    return Visitor(
        token="", sign_in_id=1, account_id=account_id, person_id=person_id, name="", email=None, language="en",
        is_admin=is_admin,
    )  # fmt: skip


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("deed", Deed)
def test_a_role_may_do_what_the_table_says_in_its_own_conference_alone(deed: Deed, role: Role):
    held = Rights(at={7: frozenset({role})})
    allowed = role is Role.OWNER or role in TABLE[deed]

    assert held.may(deed, 7) is allowed
    assert held.anywhere(deed) is allowed
    assert not held.may(deed, 8)
    assert not held.may(deed)


def test_a_role_for_the_whole_expo_counts_in_each_of_its_conferences():
    conference = a.a_conference()
    organiser = a.an_organiser(conference.expo, Role.SCHEDULER)
    held = teams.rights(a_visitor(organiser.id), conference.expo_id)

    assert held.may(Deed.SCHEDULE, conference.id)
    assert held.may(Deed.SCHEDULE)
    assert teams.conferences_with(held, conference.expo_id, Deed.SCHEDULE) == [conference]


def test_a_role_counts_in_no_other_expo():
    conference = a.a_conference()
    organiser = a.an_organiser(a.an_expo(), Role.OWNER)

    assert teams.rights(a_visitor(organiser.id), conference.expo_id) == Rights()


def test_a_guest_has_no_rights_and_an_administrator_all():
    expo = a.an_expo()

    assert teams.rights(a_visitor(None, 5), expo.id) == Rights()
    assert teams.rights(None, expo.id) == Rights()
    assert teams.rights(a_visitor(is_admin=True), expo.id).everywhere == frozenset(Role)


def test_the_own_conferences_are_those_with_a_fitting_role():
    own, read, other = (a.a_conference(expo) for expo in [a.an_expo()] * 3)
    organiser = a.an_organiser(own.expo, Role.SCHEDULER, own)
    teams.join(expo_id=own.expo_id, account=organiser, role=Role.VIEWER, conference=read)
    held = teams.rights(a_visitor(organiser.id), own.expo_id)

    assert set(teams.conferences_with(held, own.expo_id)) == {own, read}
    assert teams.conferences_with(held, own.expo_id, Deed.SCHEDULE) == [own]
    assert other not in teams.conferences_with(held, own.expo_id)


def test_another_teams_conference_looks_as_if_it_did_not_exist():
    held = Rights(at={7: frozenset({Role.VIEWER})})

    with pytest.raises(NotFound):
        held.require(Deed.SCHEDULE, 8)
    with pytest.raises(Forbidden):
        held.require(Deed.SCHEDULE, 7)
    held.require(Deed.READ, 7)


def test_a_speaker_is_edited_by_those_in_whose_conferences_they_appear():
    here = a.a_session()
    there = a.a_session(a.a_conference(here.session.conference.expo))
    ada = a.a_speaker(here.session.conference.expo)
    mine = Rights(at={here.session.conference_id: frozenset({Role.SCHEDULER})})
    reads = Rights(at={there.session.conference_id: frozenset({Role.VIEWER})})

    assert teams.may_edit_speaker(mine, ada.id)  # appears nowhere yet
    actions.bill(session=there.session, billings=[Billing(ada.id, "speaker")])
    assert not teams.may_edit_speaker(mine, ada.id)
    assert not teams.may_edit_speaker(reads, ada.id)
    assert teams.may_edit_speaker(Rights(frozenset({Role.SCHEDULER})), ada.id)
