"""What a session has beside its times, in the API and in feeds: parts, files, who stands behind it, what came of it."""

from __future__ import annotations

import pytest

from expo.core import clock
from expo.outcomes import partners, results
from expo.outcomes.models import OutcomeKind, PartnerRole
from expo.outcomes.results import OutcomeDraft
from expo.programme import contributors, handouts
from expo.programme.drafts import Contribution, Material
from expo.programme.models import Session
from expo.programme.session_files import Upload
from expo.programme.words import MaterialKind, Visibility
from tests import factories as a
from tests.client import Client
from tests.counting import statements

pytestmark = pytest.mark.feature("P11")


@pytest.fixture
def session(app) -> Session:
    expo = a.an_expo(slug="h22")
    found = a.a_session(a.a_conference(expo), code="A-1", published=False).session
    tell(found)
    a.publish(expo)
    return found


def tell(session: Session) -> None:
    for public in (True, False):
        handouts.save(
            session=session, material=Material(MaterialKind.PAPER, "Paper", public=public), row=None,
            version=None, upload=Upload("Regn.pdf", b"%PDF-1"),
        )  # fmt: skip
    contributors.save(
        session=session, contribution=Contribution("Rain", 15), speaker="Ada Ek", row=None, version=None
    )
    for name, role in (("Radio", "media"), ("Region", "host")):
        partners.add(conference=session.conference, session=session, name=name, role=PartnerRole(role))
    results.save(session=session, draft=OutcomeDraft(OutcomeKind.COMMITMENT, "Pact", signatories=("Lund",)))
    results.save(session=session, draft=OutcomeDraft(OutcomeKind.SUMMARY, "In short", "It rained."))


def asked(path: str, app) -> Client:
    return Client(app).get(path)


def test_a_session_tells_its_parts_files_partners_and_outcomes(session, app):
    told = asked("/api/v1/expos/h22/sessions/A-1", app).json

    assert told["contributions"] == [
        {"title": "Rain", "minutes": 15, "speaker": "Ada Ek", "text": "", "url": None, "file": None}
    ]
    (paper,) = told["materials"]
    assert paper["file"] == {"name": "Regn.pdf", "size": 6}
    assert asked("/" + paper["url"].split("/", 3)[3], app).data == b"%PDF-1"
    assert [(one["name"], one["role"]) for one in told["partners"]] == [
        ("Region", "host"),
        ("Radio", "media"),
    ]
    assert [(one["kind"], one["signatories"]) for one in told["outcomes"]] == [
        ("summary", []), ("commitment", ["Lund"]),
    ]  # fmt: skip
    assert asked("/api/v1/expos/h22/sessions", app).json["sessions"] == [told]


def test_feeds_name_partners_in_protocol_order_where_their_form_has_a_place(session, app):
    def body(path: str) -> str:
        return asked(f"/h22/feeds/{path}", app).text.replace("\r\n ", "")

    assert "Hosts and partners: Region\\, Radio" in body("programme.ics?lang=en")
    assert "Region (host); Radio (media)" in body("programme.csv")
    assert "Regn.pdf" in body("programme.json")
    partners.remove(
        conference=session.conference, session=session,
        partner_id=partners.behind_session(session.id)[0].partner_id,
    )  # fmt: skip
    assert "Hosts and partners: Radio" in body("programme.ics?lang=en")
    assert "Region" not in body("programme.csv")


def test_who_asks_what_is_new_hears_of_an_outcome_and_of_one_taken_away(session, app):
    later = clock.now().isoformat().replace("+00:00", "Z")
    since = f"/api/v1/expos/h22/sessions?modified_since={later}"
    assert asked(since, app).json["sessions"] == []
    results.remove(session=session, outcome_id=results.of_session(session.id)[0].id)
    assert [one["code"] for one in asked(since, app).json["sessions"]] == ["A-1"]


def test_of_what_is_for_ticket_holders_strangers_hear_none_of_it(app):
    expo = a.an_expo(slug="h22")
    found = a.a_session(
        a.a_conference(expo), code="A-1", published=False, visibility=Visibility.REGISTERED
    ).session
    tell(found)
    a.publish(expo)

    told = asked("/api/v1/expos/h22/sessions/A-1", app).json

    assert [told[name] for name in ("contributions", "materials", "partners", "outcomes")] == [[], [], [], []]
    assert "Region" not in asked("/h22/feeds/programme.ics", app).text
    assert "Region" not in asked("/h22/feeds/programme.csv", app).text


def test_three_sessions_cost_the_queries_of_one(session, app):
    counts = []
    for number in (2, 3):
        other = a.a_session(
            session.conference, code=f"A-{number}", published=False, starts_at=a.tomorrow_at(9 + number)
        ).session
        tell(other)
        a.publish(session.conference.expo)
        asked("/api/v1/expos/h22/sessions", app)
        with statements() as made:
            asked("/api/v1/expos/h22/sessions", app)
        counts.append(len(made))
    assert counts[0] == counts[1]
