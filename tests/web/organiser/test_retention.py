"""Those who run the installation say how long what is kept."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from expo.core import audit, clock, retention
from expo.core.audit import AuditEntry
from expo.core.db import db, transaction
from tests import factories as a

pytestmark = [pytest.mark.usefixtures("app"), pytest.mark.feature("O7")]


def an_old_entry(days: int) -> None:
    with transaction():
        audit.record("looked", "person", 1, personal={"email": "ada@example.org"})
        old = clock.now() - timedelta(days=days)
        db.session.execute(sa.update(AuditEntry).where(AuditEntry.action == "looked").values(at=old))


def kept() -> object:
    db.session.rollback()
    return db.session.scalar(sa.select(AuditEntry.personal).where(AuditEntry.action == "looked"))


def test_a_term_of_the_installation_counts_instead_of_what_is_proposed(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    desk, page = browser(admin), f"/{expo.slug}/organise/retention"
    an_old_entry(100)
    assert retention.retain()["audit"] == 0

    answer = desk.post(page, {"audit": "90"})

    assert answer.status_code == 303
    assert 'name="audit" value="90"' in desk.get(page).text
    assert "730 days are proposed" in desk.get(page).text
    assert kept() is not None
    assert retention.retain()["audit"] == 1
    assert kept() is None
    assert "1 rows" in desk.get(page).text
    said = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "retention_said")).one()
    assert (said.before, said.after) == ({"audit": 730}, {"audit": 90})
    desk.post(page, {"audit": "90"})  # twice is once
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).where(AuditEntry.action == "retention_said").select_from(AuditEntry)
        )
        == 1
    )


def test_what_is_too_old_is_counted_before_it_goes(browser):
    expo, admin = a.an_expo(), a.an_account(admin=True)
    an_old_entry(800)

    page = browser(admin).post(f"/{expo.slug}/organise/retention", {"count": "1"}).text

    assert "nothing was let go of" in page
    assert kept() is not None


@pytest.mark.parametrize("days", ["0", "-1", "4000", "soon", "", "9" * 30, "٣"])
def test_a_term_that_cannot_be_meant_changes_nothing_and_loses_nothing(browser, days):
    expo, admin = a.an_expo(), a.an_account(admin=True)

    answer = browser(admin).post(f"/{expo.slug}/organise/retention", {"audit": days, "letters": "77"})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'name="letters" value="77"' in answer.text
    assert retention.rules() == [one for one in retention.rules() if one.after.days != 77]


def test_nobody_else_says_how_long(browser):
    expo = a.an_expo()
    assert (
        browser(a.an_organiser(expo)).post(f"/{expo.slug}/organise/retention", {"audit": "1"}).status_code
        == 403
    )
