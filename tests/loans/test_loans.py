"""Headsets, lockers and wheelchairs: lent on a badge, never more than there are, until they are back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from expo.badge import actions as badge_actions
from expo.badge import queries as badges
from expo.badge.models import Badge
from expo.core import checks, clock
from expo.core.db import db
from expo.loans import actions, queries
from expo.loans.models import LoanKind
from expo.loans.refusals import AllLent, BadgeEnded, FewerThanLent, LentAlready
from expo.programme.words import Role
from tests import factories as a
from tests.checkin import doors
from tests.storms.test_same_moment import at_once
from tests.web.organiser.conftest import Desk, desk

__all__ = ["desk"]
pytestmark = [pytest.mark.feature("Q5"), pytest.mark.usefixtures("app")]


def a_badge(conference, name="Ada Rossi"):
    person = doors.a_delegate(conference, name)
    found = badges.active_badge(conference.expo_id, person.id)
    assert found is not None
    return found


def headsets(conference, total=2):
    return actions.save_kind(
        expo=conference.expo, conference=conference, name="Headset", total=total, hours=4
    )


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [found for _promise, found in checks.broken()] == []


def test_no_more_is_lent_than_there_is_and_what_is_back_can_be_lent_again():
    conference = a.a_conference()
    kind, badge = headsets(conference), a_badge(conference)
    first = actions.lend(kind=kind, badge=badge, label="17")
    actions.lend(kind=kind, badge=badge)

    with pytest.raises(AllLent):
        actions.lend(kind=kind, badge=badge)
    assert actions.bring_back(loan=first) is True
    assert actions.bring_back(loan=first) is False
    actions.lend(kind=kind, badge=badge, label="17")
    nothing_is_broken()


def test_one_thing_is_with_one_person_and_nothing_is_lent_on_an_ended_badge():
    conference = a.a_conference()
    kind, badge, other = headsets(conference, 9), a_badge(conference), a_badge(conference, "Bo Ek")
    actions.lend(kind=kind, badge=badge, label="17")

    with pytest.raises(LentAlready):
        actions.lend(kind=kind, badge=other, label="17")
    badge_actions.replace(badge=other, reason="lost")
    with pytest.raises(BadgeEnded):
        actions.lend(kind=kind, badge=other)
    with pytest.raises(FewerThanLent):
        actions.save_kind(
            expo=conference.expo, conference=conference, name="Headset", total=0, hours=4, kind=kind
        )
    db.session.refresh(kind)
    assert (kind.out, kind.total) == (1, 9)
    nothing_is_broken()


def test_of_two_desks_one_hands_out_the_last_one(app):
    conference = a.a_conference()
    kind_id, badge_id = headsets(conference, 1).id, a_badge(conference).id

    def lend() -> None:
        actions.lend(kind=db.session.get_one(LoanKind, kind_id), badge=db.session.get_one(Badge, badge_id))

    assert sorted(at_once(app, *[lend] * 6)) == ["all_lent"] * 5 + ["done"]
    nothing_is_broken()


def test_who_lost_their_badge_still_has_what_they_borrowed():
    conference = a.a_conference()
    badge = a_badge(conference)
    actions.lend(kind=headsets(conference), badge=badge, label="17")
    person_id = badge.person_id
    badge_actions.replace(badge=badge, reason="lost")

    assert [one.label for one in queries.of_person(conference.expo_id, person_id)] == ["17"]


def test_a_desk_lends_takes_back_and_sees_what_is_overdue(desk: Desk, monkeypatch):
    badge = a_badge(desk.conference, "Åsa Öhrström")
    code, spoken = badges.code_of(badge), badges.spoken_of(badge)
    owner, page = desk.open_as(), desk.open_as(Role.DOOR_LEAD, desk.conference)
    form = {"name": "Headset", "total": "1", "hours": "2", "conference": desk.slug}
    assert owner.post(f"{desk.path}/loans/kinds", form).status_code == 303
    (kind,) = queries.kinds(desk.expo.id, None)
    lent = {"badge": code, "kind": str(kind.id), "label": "17"}

    assert page.post(f"{desk.path}/loans", {**lent, "badge": "nonsense"}).status_code in (404, 422)
    assert page.post(f"{desk.path}/loans", lent).status_code == 303
    again = page.post(f"{desk.path}/loans", {**lent, "badge": spoken, "label": "18"})
    assert (again.status_code, "All of Headset are out" in again.text) == (409, True)
    assert "Overdue" not in page.get(f"{desk.path}/loans").text
    now = clock.now()
    with monkeypatch.context() as later:
        later.setattr(clock, "now", lambda: now + timedelta(hours=3))
        assert "Overdue" in page.get(f"{desk.path}/loans").text
    (loan,) = queries.out([kind.id])
    other = desk.open_as(Role.DOOR_LEAD, a.a_conference(desk.expo))
    assert other.post(f"{desk.path}/loans/{loan.id}/back").status_code == 404
    assert "Åsa" not in other.get(f"{desk.path}/loans").text
    assert page.post(f"{desk.path}/loans/kinds", {**form, "name": "Locker"}).status_code == 422

    assert page.post(f"{desk.path}/loans/{loan.id}/back").status_code == 303
    assert "Everything is here" in page.get(f"{desk.path}/loans").text
    nothing_is_broken()
