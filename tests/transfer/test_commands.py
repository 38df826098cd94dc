"""`expo import programme` and `expo export drafts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from expo.programme import queries as programme
from tests import factories as a
from tests.cli.test_commands import run

pytestmark = pytest.mark.feature("P9")


def test_a_file_goes_in_and_out_by_commands(app, tmp_path: Path):
    conference = a.a_conference()
    a.a_room(conference.expo, "Hall")
    sheet = tmp_path / "list.csv"
    sheet.write_text(
        "nr,rubrik,start,slut,rum\nT-1,Water,2026-05-31 10:00,2026-05-31 11:00,Hall\nT-2,Night,soon,,Hall\n"
    )
    expo, slug = conference.expo, conference.slug
    where = ["--expo", expo.slug, "--conference", slug, "--column", "code=nr"]

    refused = run("import", "programme", str(sheet), *where, "--faults", str(tmp_path / "faults.csv"))
    assert refused.exit_code == 1
    assert "3,start," in (tmp_path / "faults.csv").read_text()
    assert programme.occurrence(expo.id, "T-1") is None
    assert run("import", "programme", str(sheet), *where, "--dry-run").exit_code == 0
    done = run("import", "programme", str(sheet), *where, "--skip-faults")
    assert "1 lines are imported" in done.output
    assert programme.occurrence(expo.id, "T-1") is not None

    out = tmp_path / "out.xlsx"
    assert "1 times" in run("export", "drafts", str(out), "--expo", expo.slug, "--conference", slug).output
    again = run("import", "programme", str(out), "--expo", expo.slug, "--conference", slug)
    assert "0 new, 0 changed, 1 same" in again.output
