"""Those who run the installation see what waits and what failed, and have it tried again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from expo.cli.worker import JobLane
from expo.core import clock, heartbeats, jobs
from expo.core.db import db, transaction
from expo.core.jobs import Job, JobState
from expo.mail import outbox
from expo.mail.models import LetterState
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.once]


def a_failed_job() -> Job:
    with transaction():
        jobs.add("no_such_kind", {})
    jobs.MOST_ATTEMPTS, before = 1, jobs.MOST_ATTEMPTS
    try:
        jobs.run_due()
    finally:
        jobs.MOST_ATTEMPTS = before
    return db.session.scalars(sa.select(Job)).one()


def test_what_was_given_up_stands_on_the_page_and_is_tried_again(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    failed = a_failed_job()
    page = browser(admin).get(f"/{expo.slug}/organise/work").text
    assert "no_such_kind" in page
    assert "KeyError" in page

    answer = browser(admin).post(f"/{expo.slug}/organise/work/jobs/{failed.id}/retry")

    assert answer.status_code == 303
    assert db.session.scalars(sa.select(Job.state)).one() is JobState.WAITING


def test_it_says_when_no_worker_lives_and_which_does(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    assert "No worker has been seen" in browser(admin).get(f"/{expo.slug}/organise/work").text

    lane = JobLane()
    lane.round()

    page = browser(admin).get(f"/{expo.slug}/organise/work").text
    assert "No worker has been seen" not in page
    assert lane.name in page


def test_a_worker_that_doubts_the_clock_is_told_that_it_is_right(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    heartbeats.beat("here:1", started_at=clock.real_now(), waits="")
    heartbeats.beat("here:1", started_at=clock.real_now(), waits="the clock is 3 days ahead")
    page = browser(admin).get(f"/{expo.slug}/organise/work").text
    assert "the clock is 3 days ahead" in page

    browser(admin).post(f"/{expo.slug}/organise/work/clock")

    assert heartbeats.belief()[1] == 1


def test_what_is_periodic_is_done_out_of_turn_once(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    for _press in range(2):
        browser(admin).post(f"/{expo.slug}/organise/work/rhythms/sweep_jobs/run")

    assert db.session.scalars(sa.select(Job.kind)).all() == ["sweep_jobs"]
    assert browser(admin).post(f"/{expo.slug}/organise/work/rhythms/nothing/run").status_code == 404


def test_an_owner_of_a_conference_does_not_see_the_installation(browser):
    expo = a.an_expo()
    assert browser(a.an_organiser(expo)).get(f"/{expo.slug}/organise/work").status_code == 403


def test_letters_that_came_back_are_tried_again_together(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    with transaction():
        for name in ("ada", "grace"):
            letter = outbox.queue(
                "sign_in_link", to=f"{name}@example.org", language="en", name=name, token="t"
            )
            letter.state, letter.last_error = LetterState.FAILED, "550 no such mailbox"
    page = browser(admin).get(f"/{expo.slug}/organise/work").text
    assert "ada@example.org" in page
    assert "550 no such mailbox" in page

    browser(admin).post(f"/{expo.slug}/organise/work/letters/retry")

    assert {letter.state for letter in outbox.latest()} == {LetterState.WAITING}
