"""Badges on paper: what is in a batch, that it is whole or not there, and that each code can be read."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pypdfium2
import pytest
import sqlalchemy as sa
import zxingcpp
from PIL import Image

from expo.badge import actions as badge_actions
from expo.badge import code, passes, qr
from expo.badge import queries as badges
from expo.badge.models import Badge
from expo.core import checks, clock, jobs
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.core.personal import parts
from expo.core.retention import retain
from expo.printing import actions, cards, papers, queries
from expo.printing.cards import Card
from expo.printing.models import Paper, Print, PrintState
from expo.printing.queries import Batch
from expo.printing.refusals import NothingToPrint
from expo.privacy import erasing
from expo.privacy import queries as privacy
from expo.registration.models import Category
from expo.web.words import BADGE_CLASSES
from tests import factories as a
from tests.counting import statements
from tests.delegations.sending import a_city_ticket, a_delegation, nominate

pytestmark = [pytest.mark.feature("Q3"), pytest.mark.usefixtures("app")]

PEOPLE = list(csv.DictReader((Path(__file__).parent.parent / "data/people.csv").open(encoding="utf-8")))


@pytest.fixture(autouse=True)
def folder(app, tmp_path, monkeypatch):
    """A folder of its own for the files."""
    monkeypatch.setitem(app.config, "EXPO", replace(app.config["EXPO"], var=str(tmp_path)))
    return tmp_path / "prints"


def a_badge(conference, name: str) -> Badge:
    person = a.a_person(conference.expo, name)
    a.a_registration(person, conference)
    found = badges.active_badge(conference.expo_id, person.id)
    assert found is not None
    return found


def names_in(batch: Batch) -> list[str]:
    found = [db.session.get_one(Badge, number) for number in queries.badge_ids(batch)]
    return [badge.person.name if badge.person else badge.label for badge in found]


def asked(conference, **changes) -> Print:
    batch = Batch(conference.expo_id, conference.id, **changes)
    return actions.ask(batch=batch, paper=Paper.A6, language="en")


def pages_of(body: bytes) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(body)


def codes_in(picture: Image.Image) -> set[str]:
    return {one.text for one in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormat.QRCode)}


def nothing_is_broken() -> None:
    db.session.expire_all()
    assert [found for _promise, found in checks.broken()] == []


def test_a_batch_is_a_conference_a_delegation_or_some_letters_and_only_live_badges():
    conference = a.a_conference()
    other = a.a_conference(conference.expo)
    for name in ("Åsa Öhrström", "Bo Ek", "Čeněk Novák", "Ida Ås"):
        a_badge(conference, name)
    a_badge(other, "Olga Elsewhere")
    gone = a_badge(conference, "Gone Lost")
    badge_actions.revoke(badge=gone, reason="stolen")
    whole = Batch(conference.expo_id, conference.id)

    assert names_in(whole) == ["Åsa Öhrström", "Bo Ek", "Čeněk Novák", "Ida Ås"]
    assert queries.count(whole) == 4
    assert names_in(replace(whole, first="b", last="C")) == ["Bo Ek", "Čeněk Novák"]
    assert "Olga Elsewhere" in names_in(Batch(conference.expo_id))
    assert names_in(Batch(a.an_expo().id)) == []


def test_a_delegation_is_printed_together():
    ticket = a_city_ticket()
    sent = a_delegation(ticket)
    nominate(sent, ticket, name="Ada Rossi")
    a_badge(ticket.conference, "Bo Ek")

    assert names_in(Batch(sent.expo_id, ticket.conference_id, delegation_id=sent.id)) == ["Ada Rossi"]


def test_badges_without_a_person_are_printed_too():
    conference = a.a_conference()
    kind = a.a_ticket_type(conference, is_open_pass=True)
    group = passes.make(ticket_type=kind, size=28, label="Class 7B")

    assert names_in(Batch(conference.expo_id, conference.id)) == ["Class 7B"]
    page = pages_of(
        actions.print_one(badge=group, conference_id=conference.id, paper=Paper.A6, language="en")
    )[0]
    assert "Group of 28" in page.get_textpage().get_text_range()


def test_only_new_leaves_out_what_was_printed_and_a_replaced_badge_is_new():
    conference = a.a_conference()
    first = a_badge(conference, "Ada")
    asked(conference)
    jobs.run_due()
    a_badge(conference, "Bo")
    new = Batch(conference.expo_id, conference.id, only_new=True)

    assert names_in(new) == ["Bo"]
    badge_actions.replace(badge=first, reason="lost")
    assert names_in(new) == ["Ada", "Bo"]


def test_a_print_is_a_file_a_log_and_an_audit_row(folder: Path):
    conference = a.a_conference()
    for name in ("Ada", "Bo"):
        a_badge(conference, name)
    made = asked(conference)
    assert (made.state, made.wanted, made.done) == (PrintState.WAITING, 2, 0)

    jobs.run_due()

    db.session.refresh(made)
    assert (made.state, made.done) == (PrintState.READY, 2)
    assert len(pages_of((folder / f"{made.id}.pdf").read_bytes())) == 2
    ada = queries.badge_ids(queries.batch_of(made))[0]
    assert [one.id for one in queries.times_printed(ada)] == [made.id]
    deeds = set(db.session.scalars(sa.select(AuditEntry.action).where(AuditEntry.subject == "print")))
    assert deeds == {"badges_asked_for", "badges_printed"}
    nothing_is_broken()


def test_nothing_to_print_is_refused():
    conference = a.a_conference()
    with pytest.raises(NothingToPrint):
        asked(conference)


def test_a_print_that_is_killed_begins_again_and_leaves_nothing_half(folder: Path, monkeypatch):
    conference = a.a_conference()
    a_badge(conference, "Ada")
    made = asked(conference)

    def killed(*_args: object) -> None:
        raise SystemExit  # as a worker that is killed: nothing catches it, nothing is tidied up

    with monkeypatch.context() as patched:
        patched.setattr(papers.Sheets, "close", killed)
        with pytest.raises(SystemExit):
            actions._make({"print": made.id})
    assert [file.suffix for file in folder.iterdir()] == [".part"]
    assert queries.times_printed(queries.badge_ids(queries.batch_of(made))[0]) == []

    actions._make({"print": made.id})
    actions._make({"print": made.id})  # and twice is once

    assert [file.name for file in folder.iterdir()] == [f"{made.id}.pdf"]
    nothing_is_broken()


def test_files_go_after_two_days_and_with_whoever_is_erased(folder: Path, monkeypatch):
    conference = a.a_conference()
    badge = a_badge(conference, "Ada Rossi")
    first = asked(conference)
    jobs.run_due()
    person = badge.person
    assert person is not None
    (told,) = [part.tell(privacy.subject_of(person)) for part in parts() if part.name == "prints"]
    assert [one["paper"] for one in told] == ["a6"]

    erasing.erase(person=person)
    assert list(folder.glob("*.pdf")) == []

    a_badge(conference, "Bo")
    second = asked(conference)
    jobs.run_due()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=3))
    assert retain()["prints"] == 1
    assert list(folder.glob("*.pdf")) == []
    assert {first.file_gone_at is None, second.file_gone_at is None} == {False}


def test_cards_cost_the_same_queries_for_one_and_for_many():
    conference = a.a_conference()
    ids = [a_badge(conference, f"Person {number}").id for number in range(6)]
    expo_id, counts = conference.expo_id, []
    for some in (ids[:1], ids):
        db.session.expire_all()
        with statements() as seen:
            assert len(cards.of(expo_id, some, language="en")) == len(some)
        counts.append(len(seen))
    assert counts == [3, 3]


def test_a_layout_leaves_out_what_the_conference_does_not_want():
    conference = a.a_conference(title="Harbour talks")
    badge = a_badge(conference, "Ada")
    assert badge.person is not None
    badge.person.organisation = "Harbour Board"
    db.session.commit()

    def said() -> str:
        page = pages_of(actions.pdf_of(conference.expo, badge, paper=Paper.A6, language="en"))[0]
        return str(page.get_textpage().get_text_range())

    assert "Harbour Board" in said()
    actions.save_layout(
        conference=conference,
        paper=Paper.LABEL,
        shows_organisation=False,
        shows_place=True,
        line="Wi-Fi: harbour",
    )
    assert "Harbour Board" not in said()
    assert "Wi-Fi: harbour" in said()
    assert queries.paper_for(conference.id) is Paper.LABEL


def test_letters_that_no_font_has_are_told():
    conference = a.a_conference()
    a_badge(conference, "Ada 𒀀")
    made = asked(conference)
    jobs.run_due()
    db.session.refresh(made)
    assert made.missing == "𒀀"


@pytest.mark.once
def test_a_hundred_people_of_every_script_can_all_be_read_from_paper():
    codes = [code.make(number, bytes([number] * 8)) for number in range(1, 101)]
    out = io.BytesIO()
    sheets = papers.Sheets(
        out, paper=Paper.A4, heading=papers.Heading("Harbour Expo", "May"), title="Badges", language="en",
        made_at=datetime(2022, 5, 31, tzinfo=UTC),
    )  # fmt: skip
    for person, made in zip(PEOPLE, codes, strict=True):
        sheets.add(Card(1, person["name"], person["organisation"], person["city"], Category.CITY, "Talks", "", made,
                        "ABCDEFGH", 1))  # fmt: skip
    sheets.close()
    document = pages_of(out.getvalue())

    assert len(document) == 25
    read = [codes_in(page.render(scale=1.2, grayscale=True).to_pil()) for page in document]
    assert set[str]().union(*read) == set(codes)


@pytest.mark.feature("Q2")
@pytest.mark.parametrize("paper", list(Paper))
def test_the_code_read_from_png_svg_and_pdf_is_the_badge_s(paper: Paper):
    conference = a.a_conference()
    badge = a_badge(conference, "أ.د. محمود أبو ستيت")
    made = badges.code_of(badge)

    page = pages_of(actions.print_one(badge=badge, conference_id=conference.id, paper=paper, language="en"))[
        0
    ]
    assert codes_in(page.render(scale=3).to_pil()) == {made}
    assert codes_in(Image.open(io.BytesIO(qr.png(made)))) == {made}
    assert codes_in(picture_of(qr.svg(made).decode())) == {made}


def picture_of(svg: str) -> Image.Image:
    """What a browser draws of our path: black lines of whole modules."""
    side = int(re.findall(r'viewBox="0 0 (\d+)', svg)[0])
    drawn = Image.new("1", (side, side), 1)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h", svg):
        for across in range(int(length)):
            drawn.putpixel((int(x) + across, int(y)), 0)
    return drawn.resize((side * 8, side * 8), Image.Resampling.NEAREST)


@pytest.mark.once
def test_each_category_has_the_colour_of_the_pages_and_white_can_be_read_on_it():
    css = (Path(papers.__file__).parents[2] / "static/css/tokens.css").read_text(encoding="utf-8")
    told = {kind: re.findall(rf"--{BADGE_CLASSES[kind]}: (#\w{{6}})", css)[0] for kind in Category}
    assert told == papers.COLOURS
    assert min(contrast(code) for code in told.values()) >= 4.5


def contrast(code: str) -> float:
    parts_ = [int(code[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts_]
    return 1.05 / (
        sum(part * share for part, share in zip(linear, (0.2126, 0.7152, 0.0722), strict=True)) + 0.05
    )
