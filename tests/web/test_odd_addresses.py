"""Addresses that nobody types by hand get an answer, never a fault."""

from __future__ import annotations

import pytest

from tests import factories as a


@pytest.mark.parametrize(
    "path", ["/%00", "/{expo}/sessions/%00", "/{expo}/?q=%00", "/%00/programme", "/login?next=%00"]
)
def test_a_sign_that_no_text_may_hold_is_not_found(browser, path):
    assert browser().get(path.format(expo=a.an_expo().slug)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/nowhere/organise/", "/nowhere/door/", "/nowhere/my", "/nowhere/programme"]
)
def test_an_expo_that_is_not_there_is_not_found_at_any_desk(browser, path):
    answer = browser(a.an_account()).get(path)

    assert answer.status_code == 404
