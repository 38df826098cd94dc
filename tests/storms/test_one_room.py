"""Two organisers write at the same moment: the room holds one thing, and nobody's text is overwritten unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask

from expo.core import checks
from expo.core.db import db
from expo.programme import actions
from expo.programme.models import Occurrence, Session
from expo.programme.values import draft_of_occurrence, draft_of_session
from expo.speakers import actions as speakers
from expo.speakers.actions import Profile
from expo.speakers.models import Speaker
from tests import factories as a

from .test_same_moment import ROUNDS, at_once

pytestmark = [pytest.mark.storm, pytest.mark.feature("P3")]


def test_a_room_that_two_take_at_one_moment_holds_one_of_them(app: Flask):
    conference = a.a_conference()
    for _round in range(ROUNDS):
        room = a.a_room(conference.expo)
        one, other = (a.a_session(conference, published=False) for _number in range(2))
        wanted = replace(draft_of_occurrence(one), room_id=room.id)
        ids = [one.id, other.id]

        def take(number: int, wanted: object = wanted) -> None:
            actions.edit_occurrence(occurrence=db.session.get_one(Occurrence, number), draft=wanted)  # type: ignore[arg-type]

        assert sorted(at_once(app, *[lambda n=n: take(n) for n in ids])) == ["clash", "done"]  # type: ignore[misc]
    assert [found for promise, found in checks.broken() if promise.rule == "4"] == []


def test_of_two_who_save_one_version_the_second_is_told(app: Flask):
    conference = a.a_conference()
    for _round in range(ROUNDS):
        talk = a.a_session(conference, published=False).session
        draft, number, seen = draft_of_session(talk), talk.id, talk.version
        ada = a.a_speaker(conference.expo)
        who, known = ada.id, ada.version

        def save(title: str, number: int = number, seen: int = seen, draft: object = draft) -> None:
            row = db.session.get_one(Session, number)
            actions.edit_session(session=row, draft=replace(draft, title=title), version=seen)  # type: ignore[type-var]

        def rename(name: str, who: int = who, known: int = known) -> None:
            speakers.edit_speaker(
                speaker=db.session.get_one(Speaker, who), profile=Profile(name), version=known
            )

        assert sorted(at_once(app, lambda: save("One"), lambda: save("Two"))) == ["changed_meanwhile", "done"]
        assert sorted(at_once(app, lambda: rename("A"), lambda: rename("B"))) == ["changed_meanwhile", "done"]
