"""Words of every script on paper: joined, stacked, in their order, and never over an edge."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expo.paper import faces, setting
from expo.paper.document import MM, Document

pytestmark = [pytest.mark.feature("Q3"), pytest.mark.once]

PEOPLE = list(csv.DictReader((Path(__file__).parent.parent / "data/people.csv").open(encoding="utf-8")))


def shapes(text: str) -> list[int]:
    return [glyph.number for run in setting.line(text).runs for glyph in run.glyphs]


def written(*texts: str) -> bytes:
    out = io.BytesIO()
    document = Document(out, title="A name", language="en", made_at=datetime(2022, 5, 31, tzinfo=UTC))
    for text in texts:
        page = document.page(100, 60)
        page.block(setting.fit(text, width=90 * MM, most=24, least=8, lines=3, bold=True), 5, 10, 90)
        page.done()
    document.close()
    return out.getvalue()


def test_each_font_is_the_one_that_was_chosen_and_says_what_it_is():
    listed = json.loads((faces.FOLDER / "fonts.json").read_text(encoding="utf-8"))
    assert listed["licence"] == "OFL-1.1"
    assert "SIL Open Font License" in (faces.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    told = {one["file"]: one["sha256"] for one in listed["fonts"]}
    there = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in faces.FOLDER.glob("*.?tf")}
    assert there == told
    assert all(one["family"].startswith("Noto Sans") and one["version"] for one in listed["fonts"])


def test_the_fonts_have_every_letter_of_a_hundred_people():
    assert len(PEOPLE) == 100
    assert {letter for person in PEOPLE for letter in faces.missing("".join(person.values()))} == set()


def test_arabic_letters_join_and_run_from_the_right():
    alone, joined = shapes("ب"), shapes("ببب")

    assert len(set(joined)) == 3  # a shape each at the beginning, in the middle and at the end
    assert alone[0] not in joined
    letters = [glyph.letters for run in setting.line("אבג").runs for glyph in run.glyphs]
    assert letters == ["ג", "ב", "א"]


def test_numbers_and_latin_inside_an_arabic_name_keep_their_own_direction():
    seen = "".join(
        glyph.letters
        for run in setting.line("محمد (ABC) 12").runs
        for glyph in run.glyphs
        if glyph.letters.isascii()
    )
    # The letters are those that were typed; the bracket at the left is drawn as its mirror.
    assert seen.replace(" ", "") == "12)ABC("


@pytest.mark.parametrize(("text", "most"), [("क्ष", 1), ("श्री", 2), ("ស្រី", 3), ("ကြ", 2), ("ক্ষ", 1)])
def test_letters_that_stack_become_one_shape(text: str, most: int):
    assert len(shapes(text)) <= most


def test_marks_sit_on_their_letters():
    (run,) = setting.line("Ṣẹ̀").runs
    assert any(glyph.advance == 0 for glyph in run.glyphs) or len(run.glyphs) == 2
    (thai,) = setting.line("ที่").runs
    assert [glyph.advance > 0 for glyph in thai.glyphs].count(True) == 1


@settings(max_examples=60, deadline=None)
@given(text=st.text(max_size=300), lines=st.integers(1, 3), bold=st.booleans())
def test_whatever_is_written_stays_inside_its_box(text: str, lines: int, bold: bool):
    block = setting.fit(text, width=200, most=30, least=8, height=80, lines=lines, bold=bold)

    assert 8 <= block.size <= 30 or not block.lines
    assert all(line.width * block.size <= 200.5 for line in block.lines)
    assert block.height <= 80.5


def test_a_long_name_takes_more_lines_before_it_gets_small():
    longest = max((person["name"] for person in PEOPLE), key=len)
    one = setting.fit(longest, width=250, most=36, least=5, lines=1)
    three = setting.fit(longest, width=250, most=36, least=5, lines=3)

    assert len(three.lines) == 3
    assert three.size > 2 * one.size
    assert setting.fit("Ó", width=250, most=36, least=5, lines=3).size == 36


def test_a_name_without_end_ends_with_an_ellipsis():
    block = setting.fit("Å" * 10_000, width=250, most=36, least=8)

    last = block.lines[0].runs[-1].glyphs[-1]
    assert (last.letters, block.size) == ("…", 8)


def test_names_can_be_found_and_copied_out_of_the_file():
    names = ["Šarūnė Žvirblytė", "Θεοδώρα", "Ѓорѓи Ќосев", "王小雨", "김하늘빛나", "ნინო"]
    document = pypdfium2.PdfDocument(written(*names))

    read = [page.get_textpage().get_text_range().replace("\r\n", " ") for page in document]
    assert read == names
    assert document.get_metadata_dict()["Title"] == "A name"


def test_the_same_words_are_the_same_file():
    assert written("Åsa", "عبد الرحمن") == written("Åsa", "عبد الرحمن")


def test_a_file_of_many_pages_has_them_in_order():
    names = [f"Number {number}" for number in range(450)]
    document = pypdfium2.PdfDocument(written(*names))

    assert len(document) == 450
    assert [document[at].get_textpage().get_text_range() for at in (0, 199, 200, 449)] == [
        "Number 0", "Number 199", "Number 200", "Number 449",
    ]  # fmt: skip


def test_hostile_text_ends_no_string_and_draws_nothing_of_its_own():
    body = written(") Tj ET Q q 1 0 0 rg 0 0 99 99 re f (", "endstream endobj", "<</Type/Page>>")

    document = pypdfium2.PdfDocument(body)
    assert len(document) == 3
    assert document[1].get_textpage().get_text_range() == "endstream endobj"
