"""Lists of attendees from elsewhere: read, looked at, brought in once."""

from __future__ import annotations

import io
import zipfile

import pytest
from flask import Flask

from expo.core import checks, jobs
from expo.core.db import db
from expo.core.refusals import BadInput
from expo.desk import queries as desk
from expo.desk.filters import PeopleFilter, Scope
from expo.exports import xlsx as writing
from expo.imports import attendee_files as files
from expo.imports import attendees as imports
from expo.imports import xlsx
from expo.imports.attendee_rows import Choices, guessed
from expo.imports.attendees import Outcome
from expo.imports.models import AttendeeFile
from expo.mail import outbox
from expo.programme.models import Conference
from expo.registration import queries as registrations
from expo.registration.models import RegistrationState, TicketType
from tests import factories as a
from tests.storms.test_same_moment import at_once

pytestmark = [pytest.mark.feature("O1"), pytest.mark.usefixtures("app")]

HEADS = ["Namn", "E-post", "Organisation", "Ort", "Land", "Språk", "ID"]
ROWS = [
    ["Åsa Öhrström", "asa@example.org", "Helsingborgs stad", "Helsingborg", "SE", "sv", "7"],
    ["Kim Berg", "kim.a@example.org", "", "", "Sverige", "fi", ""],
    ["Kim Berg", "kim.b@example.org", "", "", "norway", "", ""],
    ["Kim Berg", "", "", "", "", "", "9"],
]


def sheet(rows: list[list[str]], heads: list[str] = HEADS, delimiter: str = ";") -> bytes:
    return "\r\n".join(delimiter.join(cells) for cells in [heads, *rows]).encode("utf-8-sig")


def workbook(rows: list[list[str]], heads: list[str] = HEADS) -> bytes:
    return b"".join(writing.workbook("List", heads, rows))


def look(
    content: bytes, conference: Conference, ticket: TicketType, **choices: object
) -> list[imports.Looked]:
    listed = files.read("list", content)
    chosen = Choices(guessed(listed.heads), ticket_type_id=ticket.id, spoken=("sv", "en"), **choices)  # type: ignore[arg-type]
    return imports.look(listed, conference, chosen, [ticket])


@pytest.mark.parametrize("made", [sheet, workbook, lambda rows: sheet(rows, delimiter="\t")])
def test_a_list_is_brought_in_once_and_two_of_one_name_stay_two(made):
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, "City", needs_approval=True)
    content = made(ROWS)

    looked = look(content, conference, ticket)
    assert [row.outcome for row in looked] == [Outcome.NEW] * 4
    before = len(outbox.waiting())
    assert registrations.counts([conference.id]) == {}  # looking changes nothing
    assert imports.bring_in(looked, conference, Choices(approve=True)).new == 4

    assert len(outbox.waiting()) == before  # nobody was told
    found = desk.page(Scope((conference.id,)), PeopleFilter("kim berg"), most=9)
    assert len({one.person_id for one in found}) == 3
    assert {one.state for one in found} == {RegistrationState.CONFIRMED}
    assert {one.person.country for one in found} == {"SE", "NO", ""}
    assert {one.person.language for one in found} == {"en"}
    assert [row.outcome for row in look(content, conference, ticket)] == [Outcome.SAME] * 4
    # And from a page that was opened before.
    assert imports.bring_in(looked, conference, Choices()).new == 0
    assert [found for _promise, found in checks.broken()] == []


def test_letters_go_out_where_they_are_asked_for():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference)

    imports.bring_in(look(sheet(ROWS[:1]), conference, ticket), conference, Choices(letters=True))

    (letter,) = outbox.waiting()
    assert (letter.recipient, letter.language) == ("asa@example.org", "sv")


def test_every_fault_is_named_with_line_column_and_reason():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference)
    rows = [
        ["", "nobody@example.org", "", "", "", "", ""],
        ["Ada", "not an address", "", "", "", "", ""],
        ["Bo", "bo@example.org", "", "", "Atlantis", "", ""],
        ["Cy", "", "", "", "", "", ""],
        ["Di", "di@example.org", "=1+1", "", "", "", ""],
        ["Ed", "ed@example.org", "", "", "", "", "5"],
        ["Ed Again", "ed2@example.org", "", "", "", "", "5"],
        ["Åsa", "same@example.org", "", "", "", "", ""],
        ["ASA", "same@example.org", "", "", "", "", ""],
    ]

    looked = look(sheet(rows), conference, ticket)

    assert [(row.line, fault.column) for row in looked for fault in row.faults] == [
        (2, "Namn"), (3, "E-post"), (4, "Land"), (5, "E-post"), (6, "Organisation"), (8, ""), (10, ""),
    ]  # fmt: skip
    assert [row.outcome for row in looked if not row.faults] == [Outcome.NEW, Outcome.NEW]
    assert "line 7" in looked[6].faults[0].reason


def test_a_refused_row_stops_no_other_and_leaves_nothing_behind():
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference, quota=2)
    looked = look(sheet(ROWS), conference, ticket)

    imported = imports.bring_in(looked, conference, Choices())

    assert imported.new == 2
    assert [(fault.line, "taken" in fault.reason) for fault in imported.faults] == [(4, True), (5, True)]
    again = look(sheet(ROWS), conference, ticket)
    assert [row.outcome for row in again] == [Outcome.SAME, Outcome.SAME, Outcome.NEW, Outcome.NEW]
    assert [found for _promise, found in checks.broken()] == []


def test_somebody_is_known_by_a_verified_address_and_by_nothing_less():
    expo = a.an_expo()
    first, second = a.a_conference(expo), a.a_conference(expo)
    account = a.an_account(name="Åsa Öhrström")
    verified = a.a_person(expo, "Åsa Öhrström", account=account, email=account.email)
    unverified = a.a_person(expo, "Kim Berg", email="kim@example.org")
    a.a_registration(unverified, first)
    rows = [
        ["Asa Ohrstrom", account.email, "", "", "", "", ""],
        ["Kim Berg", "kim@example.org", "", "", "", "", ""],
    ]

    looked = look(sheet(rows), second, a.a_ticket_type(second))
    assert imports.bring_in(looked, second, Choices()).new == 2

    people = {one.person_id for one in desk.page(Scope((second.id,)), PeopleFilter(), most=9)}
    assert verified.id in people
    assert unverified.id not in people


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x89PNG\r\n\x1a\n\0\0\0",
        "Namn;E-post\r\nÅsa;asa@example.org".encode("latin-1"),
        b"Name,E-mail",
        b'Name,E-mail\n"Ada,ada@example.org\n',
        b"PK\x03\x04 and then nothing",
        b"\n\n\n",
        b"a\n" * (files.MOST_ROWS + 5),
        b"a" * (files.LARGEST + 1),
    ],
    ids=[
        "empty",
        "picture",
        "latin",
        "only a head",
        "open quote",
        "broken",
        "blank",
        "too many",
        "too large",
    ],
)
@pytest.mark.once
def test_what_is_no_list_is_refused_in_a_sentence(content: bytes):
    conference = a.a_conference()
    account = a.an_account()

    with pytest.raises(BadInput) as no:
        files.keep(conference=conference, account_id=account.id, name="list.csv", content=content)

    assert no.value.message.endswith((".", ")"))


def archive(**parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in parts.items():
            made.writestr(name.replace("__", "/").replace("_DOT_", "."), text)
    return out.getvalue()


@pytest.mark.once
def test_a_hostile_workbook_is_refused_or_read_as_text():
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    office = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    book = f'<workbook {main} {office}><sheets><sheet name="a" r:id="x"/></sheets></workbook>'
    relations = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="x" Target="worksheets/s.xml"/></Relationships>'

    def made(sheet_xml: str, shared: str = "") -> bytes:
        parts = {
            "xl__workbook.xml": book,
            "xl___rels__workbook.xml.rels": relations,
            "xl__worksheets__s.xml": sheet_xml,
        }
        return archive(**parts, **({"xl__sharedStrings.xml": shared} if shared else {}))

    def rows(cells: str) -> str:
        return f"<worksheet {main}><sheetData>{cells}</sheetData></worksheet>"

    shared = f"<sst {main}><si><t>Ada</t></si><si><r><t>Lo</t></r><r><t>velace</t></r><rPh><t>no</t></rPh></si></sst>"
    good = '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c><c r="D3" t="s"><v>99</v></c><c r="E3"><f>1+1</f><v>2.0</v></c><c r="F3" t="inlineStr"><is><t>_x0041_</t></is></c></row>'
    assert xlsx.rows(made(rows(good), shared), most=9) == [(3, ["Ada", "", "Lovelace", "", "2", "A"])]
    # A column far to the right costs nothing; a reference that says too much is no memory.
    assert xlsx.rows(made(rows('<row><c r="ZZZ1"><v>1</v></c></row>')), most=9) == []
    for broken in (
        made("<worksheet"),
        made('<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'),
        # Far from the beginning; and read as a whole, not row by row.
        made(f"<!--{' ' * 2000}--><!DOCTYPE a [<!ENTITY b 'c'>]>" + rows("<row><c><v>&b;</v></c></row>")),
        made(rows(good), f"<!--{' ' * 2000}--><!DOCTYPE a [<!ENTITY b 'c'>]>{shared}"),
        archive(other="x"),
        made("<a>" + " " * (xlsx.LARGEST_PART + 10) + "</a>"),
    ):
        with pytest.raises(xlsx.NoWorkbook):
            xlsx.rows(broken, most=9)


def test_an_uploaded_list_stays_no_longer_than_its_job():
    conference = a.a_conference()
    account = a.an_account()
    kept = files.keep(conference=conference, account_id=account.id, name="list.csv", content=sheet(ROWS))
    assert files.by_id(conference.expo_id, kept.id) is kept
    (job,) = db.session.scalars(db.select(jobs.Job).where(jobs.Job.kind == "forget_attendee_file"))

    assert job.run_at == kept.expires_at

    for _twice in range(2):
        jobs._handlers[job.kind](job.payload)

    assert db.session.scalars(db.select(AttendeeFile)).all() == []


@pytest.mark.storm
def test_a_list_that_is_brought_in_by_two_at_one_moment_registers_each_once(app: Flask):
    conference = a.a_conference()
    ticket = a.a_ticket_type(conference)
    rows = [[f"Person {number}", f"p{number}@example.org", "", "", "", "", ""] for number in range(12)]
    looked = look(sheet(rows), conference, ticket)
    conference_id = conference.id

    def bring_in() -> None:
        imports.bring_in(looked, db.session.get_one(Conference, conference_id), Choices())

    assert sorted(at_once(app, bring_in, bring_in)) == ["done", "done"]
    found = desk.page(Scope((conference_id,)), PeopleFilter(), most=99)
    assert sorted(one.person.email for one in found) == sorted(row[1] for row in rows)
