"""A conference is found by the names that people use for it."""

from __future__ import annotations

import pytest

from expo.core.refusals import BadInput
from expo.programme.words import Visibility
from tests import factories as a

pytestmark = pytest.mark.feature("F16")

NAMES = ("UN city day", "Stadsdagen", "FN-mötet")


def test_a_conference_is_found_by_its_other_names(app, browser):
    conference = a.a_conference(title="H22+50 Session", other_names=NAMES)
    a.a_session(conference, title="Opening")
    slug = conference.expo.slug

    for words in ("H22 +50", "stadsdagen", "fn-motet", "UN city"):
        assert "Opening" in browser().get(f"/{slug}/programme", query_string={"q": words}).text, words
    assert "Opening</a>" not in browser().get(f"/{slug}/programme?q=bydag").text
    page = browser().get(f"/{slug}/conferences/{conference.slug}").text
    assert "Also called UN city day, Stadsdagen, FN-mötet" in page


@pytest.mark.parametrize("strict", [Visibility.INVITATION, Visibility.HIDDEN])
def test_the_other_names_of_a_private_conference_find_nothing(app, browser, strict):
    conference = a.a_conference(title="Club", other_names=NAMES, visibility=strict)
    a.a_session(conference, title="Opening")

    assert "Opening</a>" not in browser().get(f"/{conference.expo.slug}/programme?q=stadsdagen").text


def test_an_organiser_writes_them_one_per_line_and_they_are_found_at_once(app, browser):
    conference = a.a_conference(title="H22+50 Session")
    a.a_session(conference, title="Opening")
    expo = conference.expo
    reader, organiser = browser(), browser(a.an_organiser(expo))
    path = f"/{expo.slug}/programme?q=stadsdagen"
    assert "Opening</a>" not in reader.get(path).text
    form = {
        "title": conference.title,
        "starts_on": conference.starts_on.isoformat(),
        "ends_on": conference.ends_on.isoformat(),
        "time_zone": conference.time_zone,
        "visibility": "public",
        "mode": conference.mode.value,
        "version": str(conference.version),
        "other_names": "Stadsdagen\r\n\r\nFN-mötet\r\nStadsdagen",
    }

    answer = organiser.post(f"/{expo.slug}/organise/conferences/{conference.slug}", form)

    assert answer.status_code == 303, answer.text
    assert conference.other_names == ["Stadsdagen", "FN-mötet"]
    assert "Opening</a>" in reader.get(path).text


@pytest.mark.parametrize("names", [("x" * 201,), ("  ",), ("name",) * 21])
def test_names_that_cannot_be_meant_are_refused(app, names):
    with pytest.raises(BadInput):
        a.a_conference(other_names=names)
