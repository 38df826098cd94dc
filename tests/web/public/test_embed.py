"""The programme inside other sites, and what oEmbed is told of it."""

from __future__ import annotations

import html
import re
import threading
from datetime import timedelta
from urllib.parse import quote
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from expo.programme.words import Visibility
from tests import factories as a
from tests.client import Client

pytestmark = pytest.mark.feature("I5")


def test_any_site_may_frame_it_and_learns_nothing_of_who_looks(browser):
    conference = a.a_conference()
    a.a_session(conference, title="Water & <light>")
    path = f"/{conference.expo.slug}/embed"

    answer = browser(a.a_person(conference.expo)).get(path)

    assert "Water &amp; &lt;light&gt;" in answer.text
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]
    assert "Set-Cookie" not in answer.headers
    assert (
        "frame-ancestors 'none'"
        in browser().get(f"/{conference.expo.slug}/").headers["Content-Security-Policy"]
    )
    again = browser().get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_it_shows_what_meets_the_wishes_and_what_comes_first(browser):
    conference = a.a_conference()
    slug = conference.expo.slug
    for number in range(65):
        a.a_session(
            conference,
            title=f"Tour {number:02}",
            track="Water" if number % 2 else "Light",
            starts_at=a.tomorrow_at(9) + timedelta(minutes=number),
            published=False,
        )
    a.publish(conference.expo)

    whole = browser().get(f"/{slug}/embed?lang=en").text
    assert "Tour 00" in whole
    assert "Tour 64" not in whole
    assert "5 more in the programme" in whole
    water = browser().get(f"/{slug}/embed?track=water&lang=sv").text
    assert "Tour 63" in water
    assert "Tour 00" not in water
    assert "Programmet för" in water


def test_one_session_has_its_times_alone(browser):
    conference = a.a_conference()
    talk = a.a_session(conference, title="The one")
    a.a_session(conference, title="Another")

    page = browser().get(f"/{conference.expo.slug}/embed?session={talk.session.code}").text

    assert "The one" in page
    assert "Another" not in page
    assert browser().get(f"/{conference.expo.slug}/embed?session=NONE").status_code == 404


@pytest.mark.parametrize("visibility", [Visibility.INVITATION, Visibility.HIDDEN])
def test_what_is_not_for_all_is_not_framed(browser, visibility):
    conference = a.a_conference()
    talk = a.a_session(conference, title="Behind closed doors", visibility=visibility)
    slug, code = conference.expo.slug, talk.session.code

    assert "Behind closed doors" not in browser().get(f"/{slug}/embed").text
    assert browser().get(f"/{slug}/embed?session={code}").status_code == 404
    address = quote(f"http://localhost/{slug}/sessions/{code}")
    assert browser().get(f"/oembed?url={address}").status_code == 404


def test_oembed_says_how_to_frame_a_page(browser):
    conference = a.a_conference()
    talk = a.a_session(conference, title='Say "cheese" & <smile>')
    slug, code = conference.expo.slug, talk.session.code
    address = quote(f"http://localhost/{slug}/sessions/{code}", safe="")

    told = browser().get(f"/oembed?url={address}&maxwidth=400").json
    assert (told["version"], told["type"], told["width"]) == ("1.0", "rich", 400)
    assert told["title"] == talk.session.title
    assert f'src="http://localhost/{slug}/embed?session={code}"' in told["html"]
    assert "&#34;cheese&#34; &amp; &lt;smile&gt;" in told["html"]
    root = ET.fromstring(browser().get(f"/oembed?url={address}&format=xml").data)
    assert root.findtext("title") == talk.session.title
    page = browser().get(f"/{slug}/sessions/{code}").text
    assert f'type="application/json+oembed" href="/oembed?url=http://localhost/{slug}/sessions/{code}' in page


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("http://localhost/{slug}/programme?track=water", 200),
        ("http://localhost/{slug}/conferences/nowhere", 404),
        ("http://localhost/{slug}/organise/", 404),
        ("http://evil.example/{slug}/programme", 404),
        ("http://[", 404),
        ("", 404),
    ],
)
def test_oembed_knows_our_own_public_pages_only(browser, url, status):
    expo = a.an_expo()
    assert browser().get("/oembed", query_string={"url": url.format(slug=expo.slug)}).status_code == status


def test_oembed_has_two_forms(browser):
    assert browser().get("/oembed?url=x&format=yaml").status_code == 501


@pytest.mark.browser
@pytest.mark.once
def test_in_a_page_of_others_it_is_as_tall_as_it_is_with_and_without_script(demo_app, chromium):
    conference = a.a_conference()
    slug = conference.expo.slug
    for number in range(30):
        a.a_session(conference, title=f"Tour {number:02}", published=False)
    a.publish(conference.expo)
    ours = served(demo_app)
    # What the page of calendars and open data says to copy, on a site of somebody else.
    feeds = Client(demo_app).get(f"/{slug}/feeds").text
    copied = html.unescape(re.search("<textarea[^>]*>(.*?)</textarea>", feeds, re.S)[1])
    page_of_theirs = f"<!doctype html><body>{copied.replace('http://localhost', ours)}</body>"
    theirs = served(Response(page_of_theirs, content_type="text/html"))

    for script in (True, False):
        context = chromium.new_context(java_script_enabled=script)
        page = context.new_page()
        page.goto(theirs)
        expect(page.frame_locator("iframe").get_by_text("Tour 29")).to_be_attached()
        if script:
            page.wait_for_function("document.querySelector('iframe').offsetHeight > 1000")
        else:
            assert page.locator("iframe").bounding_box()["height"] < 700
        context.close()


def served(app) -> str:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"
