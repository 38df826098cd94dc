"""Events of others stand beside the days for orientation, and are nothing else."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from expo.programme import outside
from expo.programme.drafts import OutsideEventDraft
from tests import factories as a

pytestmark = pytest.mark.feature("F16")


@pytest.fixture
def regatta(app):
    """Two days of a regatta, around a session."""
    session = a.a_session(title="Talk")
    expo = session.session.conference.expo
    starts = a.tomorrow_at(10)
    draft = OutsideEventDraft(
        "Segelregatta", starts, starts + timedelta(days=1), "Sundet", "https://example.org/regatta", "sv"
    )
    return outside.save_outside_event(expo=expo, draft=draft), expo, starts.date()


def test_they_stand_beside_each_of_their_days_and_are_counted_nowhere(regatta, browser):
    event, expo, day = regatta
    one, range_ = f"programme?day={day}", f"programme?from={day}&to={day + timedelta(days=1)}"

    for path in (
        one,
        f"programme?day={day + timedelta(days=1)}",
        range_,
        f"{one}&view=grid",
        f"{one}&view=print",
    ):
        page = browser().get(f"/{expo.slug}/{path}").text
        assert "Also in the city" in page, path
        assert 'lang="sv"' in page
        assert "Sundet" in page
    page = browser().get(f"/{expo.slug}/{one}").text
    assert "1 session at 1 place" in page
    assert (
        '<a href="https://example.org/regatta" rel="noreferrer" lang="sv" hreflang="sv">Segelregatta</a>'
        in page
    )
    for path in (
        f"programme?day={day + timedelta(days=2)}",
        f"{one}&type=workshop",
        "search?q=segelregatta",
        "",
        "now",
    ):
        assert "Segelregatta" not in browser().get(f"/{expo.slug}/{path}").text, path
    for form in ("ics", "json", "csv", "xml"):
        assert "Segelregatta" not in browser().get(f"/{expo.slug}/feeds/programme.{form}").text

    outside.remove_outside_event(event=event)
    assert "Also in the city" not in browser().get(f"/{expo.slug}/{one}").text


def test_those_of_one_expo_are_not_in_another(regatta, browser):
    _event, _expo, day = regatta
    other = a.a_session(title="Elsewhere").session.conference.expo

    assert "Segelregatta" not in browser().get(f"/{other.slug}/programme?day={day}").text


def test_of_whole_days_no_hours_are_told(regatta, browser):
    event, expo, day = regatta
    begins = datetime.combine(day, time.min, expo.zone)

    for days, said in ((1, "National day</span></li>"), (3, "National day</span>, ")):
        draft = OutsideEventDraft("National day", begins, begins + timedelta(days=days))
        event = outside.save_outside_event(expo=expo, draft=draft, event=event)
        page = browser().get(f"/{expo.slug}/programme?day={day}").text
        assert said in page
        assert "00:00" not in page.split("Also in the city")[1].split("</ul>")[0]
