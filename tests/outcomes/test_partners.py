"""Who stands behind a conference or session, in protocol order with their signs; and what came of a session."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from expo.core import checks
from expo.core.refusals import BadInput
from expo.organisations import actions as organisations
from expo.organisations import queries as known
from expo.outcomes import partners, results
from expo.outcomes.models import OutcomeKind, PartnerRole
from expo.outcomes.results import OutcomeDraft
from expo.programme.words import Visibility
from tests import factories as a
from tests.client import Client

pytestmark = [pytest.mark.feature("P11"), pytest.mark.usefixtures("app")]


def test_hosts_come_first_then_each_role_in_its_order():
    conference = a.a_conference(hosts=("City of Helsingborg", "UNECE"))
    for name, role in (("Radio", "media"), ("Bank", "sponsor"), ("Region", "co_host"), ("Port", "co_host")):
        add(conference, name, role)
    port = next(one for one in partners.behind(conference) if one.name == "Port")

    partners.move(conference=conference, session=None, partner_id=port.partner_id, by=-1)

    names = [one.name for one in partners.behind(conference)]
    assert names == ["City of Helsingborg", "UNECE", "Port", "Region", "Bank", "Radio"]
    assert list(checks.broken()) == []


def test_an_organisation_stands_once_behind_one_thing():
    conference = a.a_conference(hosts=("City of Helsingborg",))
    add(conference, "Bank", "sponsor")
    add(conference, "Bank", "partner")
    add(conference, "City of Helsingborg", "sponsor")

    assert [(one.name, one.role.value) for one in partners.behind(conference)] == [
        ("City of Helsingborg", "host"),
        ("Bank", "partner"),
    ]


def test_two_organisations_that_become_one_stand_there_once():
    conference = a.a_conference()
    add(conference, "Region Skåne", "partner")
    add(conference, "Skåne", "sponsor")
    kept, gone = known.by_name("Region Skåne"), known.by_name("Skåne")

    organisations.merge(kept=kept, gone=gone)

    assert [one.name for one in partners.behind(conference)] == ["Region Skåne"]


def test_a_link_that_is_none_is_refused():
    with pytest.raises(BadInput):
        add(a.a_conference(), "Bank", "sponsor", url="javascript:alert(1)")


def test_a_sign_is_made_anew_and_shown_on_conference_and_session(app):
    talk = a.a_session()
    conference = talk.session.conference
    owner = Client(app, a.an_organiser(conference.expo))
    base = f"/{conference.expo.slug}"
    for here in (
        f"{base}/organise/conferences/{conference.slug}",
        f"{base}/organise/sessions/{talk.session.code}",
    ):
        owner.post(
            f"{here}/partners", {"name": "Harbour Bank", "role": "sponsor", "url": "https://bank.example/"}
        )
    sign = io.BytesIO()
    Image.new("RGBA", (900, 300), (0, 0, 0, 0)).save(sign, "PNG")
    body = partners.behind(conference)[0]

    owner.post(
        f"{base}/organise/conferences/{conference.slug}/partners",
        {
            "step": "logo",
            "organisation": body.organisation_id,
            "logo": (io.BytesIO(sign.getvalue()), "x.png"),
        },
    )

    picture = partners.behind(conference)[0].logo
    for page in (f"{base}/conferences/{conference.slug}", f"{base}/sessions/{talk.session.code}"):
        text = Client(app).get(page).text
        assert "Harbour Bank" in text
        assert f"/pictures/{picture}" in text
    assert Client(app).get(f"{base}/pictures/{picture}").mimetype == "image/png"
    told = Client(app).get(f"/api/v1/expos/{conference.expo.slug}/conferences/{conference.slug}").json
    assert told["partners"] == [{"name": "Harbour Bank", "role": "sponsor", "url": "https://bank.example/"}]


def test_a_team_changes_no_sign_of_who_does_not_stand_with_them_and_nothing_of_others(app):
    conference, other = a.a_conference(), None
    other = a.a_conference(conference.expo)
    add(other, "Harbour Bank", "sponsor")
    theirs = partners.behind(other)[0]
    owner = Client(app, a.an_organiser(conference.expo, a.Role.OWNER, conference))
    base = f"/{conference.expo.slug}/organise/conferences"

    logo = {"step": "logo", "organisation": theirs.organisation_id}
    assert owner.post(f"{base}/{conference.slug}/partners", logo).status_code == 404
    remove = {"step": "remove", "partner": theirs.partner_id}
    assert owner.post(f"{base}/{conference.slug}/partners", remove).status_code == 404
    assert owner.post(f"{base}/{other.slug}/partners", remove).status_code == 404
    assert len(partners.behind(other)) == 1


def test_what_came_of_a_session_stands_on_its_page_and_is_hostile_text(app):
    talk = a.a_session()
    session = talk.session
    results.save(session=session, draft=OutcomeDraft(OutcomeKind.SUMMARY, "<b>Sum</b>", "We <script>agreed"))
    results.save(
        session=session,
        draft=OutcomeDraft(OutcomeKind.COMMITMENT, "Climate contract", signatories=("Turin", "Lund")),
    )

    text = Client(app).get(f"/{session.conference.expo.slug}/sessions/{session.code}").text

    assert "&lt;b&gt;Sum" in text
    assert "<script>agreed" not in text
    assert text.index("Turin") < text.index("Lund")


def test_what_came_of_a_session_for_ticket_holders_is_for_them(app):
    talk = a.a_session(visibility=Visibility.REGISTERED)
    results.save(session=talk.session, draft=OutcomeDraft(OutcomeKind.SUMMARY, "Between us", "Secret"))

    page = Client(app).get(f"/{talk.session.conference.expo.slug}/sessions/{talk.session.code}")

    assert page.status_code == 200
    assert "Between us" not in page.text


def test_results_are_written_changed_and_taken_away_by_pages(app):
    talk = a.a_session()
    owner = Client(app, a.an_organiser(talk.session.conference.expo))
    here = f"/{talk.session.conference.expo.slug}/organise/sessions/{talk.session.code}/outcomes"

    assert owner.post(here, {"kind": "summary", "title": "Sum"}).status_code == 422
    owner.post(here, {"kind": "summary", "title": "Sum", "text": "We agreed."})
    found = results.of_session(talk.session_id)[0]
    assert "We agreed." in owner.get(f"{here}?change={found.id}").text
    owner.post(
        here, {"outcome": found.id, "kind": "practice", "title": "How to", "url": "https://x.example/a"}
    )
    assert [(one.title, one.kind) for one in results.of_session(talk.session_id)] == [
        ("How to", OutcomeKind.PRACTICE)
    ]
    owner.post(here, {"outcome": found.id, "remove": "1"})
    assert results.of_session(talk.session_id) == []


def add(conference, name: str, role: str, url: str = ""):
    return partners.add(conference=conference, session=None, name=name, role=PartnerRole(role), url=url)
