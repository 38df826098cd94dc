"""Two publish at one moment: one release each, nothing is lost, nothing is out twice. Seen red on PostgreSQL without the lock on the
expo: both take one number, and one of them dies of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.core import checks
from expo.core.db import db
from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme.models import Conference
from expo.programme.values import draft_of_session
from expo.publishing import actions as publishing
from expo.publishing import queries as released
from expo.publishing.models import OccurrenceVersion, Release
from tests import factories as a

from .test_same_moment import ROUNDS, at_once

pytestmark = [pytest.mark.storm, pytest.mark.feature("P6")]


def test_two_who_publish_at_one_moment_make_one_release_each(app: Flask):
    expo = a.an_expo()
    talks = [a.a_session(a.a_conference(expo), published=False) for _number in range(2)]
    a.publish(expo)
    ids = [talk.session.conference_id for talk in talks]
    for number in range(ROUNDS):
        for talk in talks:
            draft = replace(draft_of_session(talk.session), title=f"Title {number}")
            programme.edit_session(session=talk.session, draft=draft)
        before = db.session.scalar(sa.select(sa.func.count()).select_from(Release))
        key = expo.id

        def publish(which: int, key: int = key) -> None:
            publishing.publish(
                expo=db.session.get_one(Expo, key), conference=db.session.get_one(Conference, which)
            )

        assert at_once(app, *[lambda n=n: publish(n) for n in ids]) == ["done", "done"]  # type: ignore[misc]
        made = list(db.session.scalars(sa.select(Release.number).order_by(Release.number)))
        assert made == list(range(1, (before or 0) + 3))
        for talk in talks:
            content = released.content(talk.session_id)
            assert content is not None
            assert content.title == f"Title {number}"
    assert list(checks.broken()) == []


def test_of_two_who_publish_the_same_the_second_finds_nothing(app: Flask):
    talk = a.a_session()
    key = talk.expo_id
    for number in range(ROUNDS):
        draft = replace(draft_of_session(talk.session), title=f"Title {number}")
        programme.edit_session(session=talk.session, draft=draft)

        def publish() -> None:
            publishing.publish(expo=db.session.get_one(Expo, key))

        assert sorted(at_once(app, publish, publish)) == ["done", "nothing_to_publish"]
        current = sa.select(sa.func.count()).where(
            OccurrenceVersion.occurrence_id == talk.id, OccurrenceVersion.until_release_id.is_(None)
        )
        assert db.session.scalar(current) == 1
