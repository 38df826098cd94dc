"""Organisations from a file: all of it or nothing, and again without a change."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from expo import cli
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.imports.organisations import COLUMNS, import_file
from expo.imports.refusals import BrokenFiles
from expo.organisations import actions, queries
from expo.organisations.models import Group, Organisation, OrganisationKind

pytestmark = [pytest.mark.feature("N1"), pytest.mark.usefixtures("app")]

ROWS = (
    "turin,Città di Torino,city,001272,IT,Turin,piemonte,112 mission cities; Climate leaders",
    "piemonte,Regione Piemonte,other,,IT,,,",
    ",Helsingborgs stad,municipality,1283,SE,Helsingborg,,112 mission cities",
)


def a_file(folder: Path, *rows: str) -> Path:
    file = folder / "organisations.csv"
    file.write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    return file


def test_a_file_makes_organisations_and_groups_and_the_same_file_again_changes_nothing(tmp_path: Path):
    host = actions.find_or_create(name="Helsingborgs Stad")  # came as a host, by name alone
    slug = host.slug
    db.session.rollback()
    file = a_file(tmp_path, *ROWS)

    first = import_file(file)
    traces = db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry))
    again = import_file(file)

    assert (first.new["organisations"], first.changed["organisations"]) == (2, 1)
    assert not again.anything
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == traces
    turin = queries.by_code("IT", "001272")
    assert turin is not None
    assert (turin.slug, turin.kind) == ("turin", OrganisationKind.CITY)
    assert [whole.slug for whole in queries.wholes_of([turin.id])[turin.id]] == ["piemonte"]
    assert [one.name for one in queries.groups_of([turin.id])[turin.id]] == [
        "112 mission cities",
        "Climate leaders",
    ]
    assert [(group.name, count) for group, count in queries.groups()] == [
        ("112 mission cities", 2), ("Climate leaders", 1),
    ]  # fmt: skip
    municipality = queries.by_slug(slug)
    assert municipality is not None
    assert municipality.official_code == "1283"
    assert [one.slug for one in queries.found(group_slug="112-mission-cities", search="citta")] == ["turin"]


def test_a_dry_run_says_what_would_be_and_leaves_nothing(tmp_path: Path):
    tally = import_file(a_file(tmp_path, *ROWS), dry_run=True)

    assert tally.new["organisations"] == 3
    assert queries.count() == 0
    assert queries.groups() == []


def test_each_fault_is_said_with_its_row_and_column_and_nothing_is_written(tmp_path: Path):
    bad = a_file(
        tmp_path,
        "a b,=1+1,planet,12,,Turin,,",
        "turin,Turin,city,001272,IT,Turin,,",
        "torino,Torino,city,001272,IT,Turin,,",
        "short,row",
    )
    with pytest.raises(BrokenFiles) as broken:
        import_file(bad)

    said = [(fault.line, fault.column) for fault in broken.value.faults]
    assert said == [(2, "country"), (2, "kind"), (2, "name"), (2, "slug"), (4, "official_code"), (5, "")]
    with pytest.raises(BrokenFiles) as unknown:
        import_file(a_file(tmp_path, "turin,Turin,city,,IT,,nowhere,", "rome,Rome,city,,IT,,rome,Six"))
    assert [(fault.line, fault.column) for fault in unknown.value.faults] == [
        (2, "member_of"),
        (3, "member_of"),
    ]
    assert [
        db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in (Organisation, Group)
    ] == [0, 0]


def test_the_command_prints_the_faults_and_fails(tmp_path: Path):
    bad = a_file(tmp_path, "turin,Turin,planet,,IT,,,")
    answer = CliRunner().invoke(cli.expo, ["import", "organisations", str(bad)])
    good = CliRunner().invoke(
        cli.expo, ["import", "organisations", "--dry-run", str(a_file(tmp_path, *ROWS))]
    )

    assert answer.exit_code == 1
    assert "organisations.csv, line 2, column kind" in answer.output
    assert good.exit_code == 0
    assert "organisations: 3 new" in good.output
