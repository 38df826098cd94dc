"""Files of the desk: what they hold for whom, that nothing in them calculates, and that they are written as they are read."""

from __future__ import annotations

import csv
import io
import tracemalloc
import zipfile
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from expo.accounts import actions as accounts
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.exports import people as exports
from expo.exports import xlsx
from expo.imports import xlsx as reading
from expo.programme.words import Role
from tests import factories as a
from tests.counting import statements
from tests.web.organiser.conftest import Desk, desk

__all__ = ["desk"]
pytestmark = [pytest.mark.feature("O1"), pytest.mark.usefixtures("app")]

HOSTILE = ["=1+1", "+46 42", "-2", "@SUM(A1)", "\tx", "<b>&\"'", "_x0041_", "a\x0bb", "Åsa 山田"]


def rows_of(content: bytes, form: str) -> list[list[str]]:
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    return [cells for _line, cells in reading.rows(content, most=1_000)]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_role_takes_along_what_it_may_see_and_each_file_leaves_a_trace(desk: Desk, form: str):
    other = a.a_conference(desk.expo, title="Other week")
    ada = a.a_registration(a.a_person(desk.expo, "Ada", email="ada@example.org"), desk.conference)
    a.a_registration(a.a_person(desk.expo, "Olga", email="olga@example.org"), other)
    columns = {}
    for role in (Role.OWNER, Role.REGISTRATION, Role.FINANCE, Role.DOOR_LEAD, Role.VIEWER):
        file = desk.open_as(role, desk.conference).post(f"{desk.path}/people/export.{form}?q=a")
        assert file.status_code == 200
        assert f"people-{ada.submitted_at:%Y}" in file.headers["Content-Disposition"]
        heads, *rows = rows_of(file.data, form)
        assert [row[1] for row in rows] == ["Ada"]  # nobody of the other team
        columns[role] = set(heads)
        assert ("ada@example.org" in rows[0]) == (role in (Role.OWNER, Role.REGISTRATION, Role.FINANCE))

    assert columns[Role.FINANCE] - columns[Role.REGISTRATION] == {"Order code", "Price", "Currency"}
    assert columns[Role.REGISTRATION] - columns[Role.FINANCE] == {"Reason"}
    assert columns[Role.VIEWER] == columns[Role.DOOR_LEAD] == columns[Role.OWNER] - {
        "E-mail", "Reason", "Order code", "Price", "Currency",
    }  # fmt: skip
    traces = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "people_exported")).all()
    assert [(trace.after["rows"], trace.after["form"]) for trace in traces] == [(1, form)] * 5
    assert traces[0].personal == {"filter": "q=a"}
    assert "email" not in traces[-1].after["columns"]


@pytest.mark.once
def test_a_viewer_of_one_conference_and_desk_of_another_sees_addresses_of_the_other_alone(desk: Desk):
    other = a.a_conference(desk.expo, title="Other week")
    a.a_registration(a.a_person(desk.expo, "Ada", email="ada@example.org"), desk.conference)
    a.a_registration(a.a_person(desk.expo, "Olga", email="olga@example.org"), other)
    olle = a.an_organiser(desk.expo, Role.VIEWER, desk.conference)
    a.teams.join(expo_id=desk.expo.id, account=olle, role=Role.REGISTRATION, conference=other)
    page = desk.browser(olle)

    text = page.post(f"{desk.path}/people/export.csv").text
    assert "olga@example.org" in text
    assert "ada@example.org" not in text
    assert "ada@example.org" not in page.get(f"{desk.path}/people").text
    assert "Ada" not in page.get(f"{desk.path}/people?q=ada@example").text


@pytest.mark.once
def test_no_cell_calculates_and_hostile_text_comes_back_as_it_was(desk: Desk):
    for text in HOSTILE:
        person = accounts.create_person(
            expo_id=desk.expo.id, name=f"{text} ", email=None, language="en", organisation=text
        )
        a.a_registration(person, desk.conference)
    page = desk.open_as()

    _heads, *rows = rows_of(page.post(f"{desk.path}/people/export.csv").data, "csv")
    for row in rows:
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row), row
    assert [row[1] for row in rows][:2] == ["'=1+1", "'+46 42"]

    content = page.post(f"{desk.path}/people/export.xlsx").data
    _heads, *rows = rows_of(content, "xlsx")
    assert [row[1] for row in rows][:5] == ["=1+1", "+46 42", "-2", "@SUM(A1)", "x"]
    assert {"_x0041_", "Åsa 山田", "<b>&\"'"} <= {row[1] for row in rows}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet  # no formula at all: every cell is a text
    assert '<c s="1" t="inlineStr"><is><t xml:space="preserve">=1+1</t>' in sheet
    assert 'quotePrefix="1"' in zipfile.ZipFile(io.BytesIO(content)).read("xl/styles.xml").decode()


@pytest.mark.once
def test_a_long_table_is_written_as_it_is_read():
    def rows(count: int) -> Iterator[list[str]]:
        yield from ([f"Person {number}", "x" * 200] for number in range(count))

    def peak(count: int) -> int:
        tracemalloc.start()
        for table in (exports.as_csv(exports.Table(["a", "b"], rows(count), count)), xlsx.workbook("t", ["a", "b"], rows(count))):  # fmt: skip
            for _piece in table:
                pass
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    assert peak(8_000) < peak(800) * 1.5 + 400_000


def test_pages_of_rows_leave_nobody_out_and_take_nobody_twice(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    kind = a.a_ticket_type(desk.conference)
    codes = [a.a_registration(a.a_person(desk.expo), desk.conference, kind).code for _number in range(7)]
    page = desk.open_as()
    read = {}
    for size in (3, 7, 100):
        monkeypatch.setattr(exports, "AT_A_TIME", size)
        with statements() as asked:
            _heads, *rows = rows_of(page.post(f"{desk.path}/people/export.csv").data, "csv")
        assert [row[0] for row in rows] == codes
        read[size] = sum(statement.startswith("SELECT") for statement in asked)

    assert read[3] == read[100] + 4  # two more pages, each with its tags
