from __future__ import annotations

import pytest

from expo.badge import actions, queries
from expo.badge.models import BadgeState
from expo.badge.refusals import BadgeIsOver, NoSuchBadge
from expo.core import checks
from expo.core.refusals import TooOften
from tests import factories as a
from tests.checkin.doors import a_delegate

pytestmark = [pytest.mark.feature("Q1"), pytest.mark.usefixtures("app")]


def nothing_is_broken() -> None:
    assert [(promise.sentence, found) for promise, found in checks.broken()] == []


def test_whoever_is_confirmed_has_a_badge():
    person = a_delegate(a.a_conference())

    badge = queries.active_badge(person.expo_id, person.id)

    assert badge is not None
    assert len(queries.code_of(badge)) == 32
    nothing_is_broken()


def test_whoever_still_waits_for_approval_has_none():
    conference = a.a_conference()
    person = a.a_person(conference.expo)
    a.a_registration(person, conference, a.a_ticket_type(conference, needs_approval=True))

    assert queries.active_badge(person.expo_id, person.id) is None


def test_two_conferences_share_one_badge():
    first = a.a_conference()
    second = a.a_conference(first.expo)
    person = a_delegate(first)
    a.a_registration(person, second)

    assert len(queries.badges_of(person.expo_id, person.id)) == 1
    nothing_is_broken()


def test_issuing_twice_is_issuing_once():
    person = a.a_person(a.an_expo())
    first = actions.issue(expo_id=person.expo_id, person_id=person.id)

    assert actions.issue(expo_id=person.expo_id, person_id=person.id).id == first.id


def test_a_lost_badge_is_replaced_by_one_with_another_code():
    person = a_delegate(a.a_conference())
    lost = queries.active_badge(person.expo_id, person.id)
    assert lost is not None
    code = queries.code_of(lost)

    new = actions.replace(badge=lost, reason="lost")

    assert lost.state is BadgeState.REPLACED
    assert queries.code_of(new) != code
    assert queries.active_badge(person.expo_id, person.id) == new
    with pytest.raises(BadgeIsOver):
        actions.replace(badge=lost)
    nothing_is_broken()


def test_a_revoked_badge_leaves_the_person_without_one():
    person = a_delegate(a.a_conference())
    badge = queries.active_badge(person.expo_id, person.id)
    assert badge is not None

    actions.revoke(badge=badge, reason="found in the street")

    assert queries.active_badge(person.expo_id, person.id) is None
    nothing_is_broken()


def test_a_spoken_code_finds_its_badge_and_is_not_kept():
    person = a_delegate(a.a_conference())
    badge = queries.active_badge(person.expo_id, person.id)
    assert badge is not None
    said = queries.spoken_of(badge)

    assert len(said) == 8
    assert said.encode() not in badge.spoken_digest
    typed = f"{said[:4].lower()} {said[4:]}"
    found = actions.find_by_spoken_code(expo_id=badge.expo_id, said=typed, who="account:1")
    assert found.id == badge.id


def test_a_spoken_code_cannot_be_guessed_for_ever():
    expo = a.an_expo()
    for _try in range(20):
        with pytest.raises(NoSuchBadge):
            actions.find_by_spoken_code(expo_id=expo.id, said="AAAABBBB", who="account:1")

    with pytest.raises(TooOften):
        actions.find_by_spoken_code(expo_id=expo.id, said="AAAABBBB", who="account:1")
