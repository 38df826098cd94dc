"""The table of features is held against the tests that it names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.house, pytest.mark.once]

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"\| (?P<id>[A-Z]\d+)(?: ★)? \| (?P<name>.+?) \| (?P<state>.+?) \| (?P<tests>.*?) ?\|$")
STATES = ("works", "partly", "not yet")


def rows() -> list[re.Match[str]]:
    lines = (ROOT / "docs/FEATURES.md").read_text(encoding="utf-8").splitlines()
    return [row for line in lines if (row := ROW.match(line))]


def test_each_feature_stands_once_and_says_whether_it_works():
    ids = [row["id"] for row in rows()]

    assert len(ids) > 100
    assert len(ids) == len(set(ids)), sorted(one for one in set(ids) if ids.count(one) > 1)
    assert [row["id"] for row in rows() if not row["state"].startswith(STATES)] == []


def test_what_works_names_tests_that_carry_its_mark():
    wrong = []
    for row in rows():
        named = re.findall(r"`([^`]+)`", row["tests"])
        if row["state"].startswith("works") and not named:
            wrong.append(f"{row['id']} works, and names no test")
        for path in named:
            file = ROOT / path
            text = file.read_text(encoding="utf-8") if file.is_file() else ""
            marked = re.findall(r"mark\.feature\(([^)]*)\)", text)
            if not any(f'"{row["id"]}"' in marks for marks in marked):
                wrong.append(f"{row['id']}: {path} has no test with its mark")
    assert wrong == []
