"""Swedish is complete and built: what a page says in English, it says in Swedish too."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from expo.config import ROOT

pytestmark = [pytest.mark.house, pytest.mark.feature("F9")]

SWEDISH = ROOT / "expo/translations/sv/LC_MESSAGES"
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def catalogue() -> Catalog:
    with (SWEDISH / "messages.po").open("rb") as file:
        return read_po(file, locale="sv")


def test_every_text_of_code_and_pages_is_in_the_catalogue(tmp_path: Path):
    pot = tmp_path / "messages.pot"
    pybabel = Path(sys.executable).with_name("pybabel")
    words = ["-k", "_l", "-k", "_n:1,2", "-k", "lazy_gettext"]
    subprocess.run(
        [pybabel, "-q", "extract", "-F", "pyproject.toml", *words, "-o", pot, "."], cwd=ROOT, check=True
    )
    with pot.open("rb") as file:
        wanted = {message.id for message in read_po(file) if message.id}

    assert wanted - {message.id for message in catalogue() if message.id} == set()


def test_every_text_is_translated_with_its_placeholders():
    for message in catalogue():
        if not message.id:
            continue
        ids = [message.id] if isinstance(message.id, str) else list(message.id)
        strings = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(strings), ids
        assert not message.fuzzy, ids
        for string in strings:
            said = set(_PLACEHOLDER.findall(string))
            # A form of a plural may say "one" without its number.
            assert said <= set(_PLACEHOLDER.findall(" ".join(ids))), ids
            assert said >= set(_PLACEHOLDER.findall(ids[-1])) - {"%(num)s", "%(count)s"}, ids


def test_the_built_catalogue_is_that_of_its_source():
    with (SWEDISH / "messages.mo").open("rb") as file:
        assert _texts(read_mo(file)) == _texts(catalogue())


def _texts(catalogue: Catalog) -> dict[str, list[str]]:
    """Each text by its (singular) id, with all its forms."""
    return {
        message.id if isinstance(message.id, str) else message.id[0]: (
            [message.string] if isinstance(message.string, str) else list(message.string)
        )
        for message in catalogue
        if message.id
    }
