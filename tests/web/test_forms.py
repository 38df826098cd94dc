from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from expo.core.refusals import BadInput, ChangedMeanwhile, Forbidden
from expo.web.forms import (
    CityMomentField,
    DayList,
    LineList,
    TextBlock,
    TextLine,
    VersionedForm,
    WholeNumber,
    WordList,
)

pytestmark = pytest.mark.feature("P1")
STOCKHOLM = ZoneInfo("Europe/Stockholm")


class Everything(VersionedForm):
    line = TextLine("Line")
    block = TextBlock("Block")
    number = WholeNumber("Number", least=1, most=9)
    words = WordList("Words", pattern="[a-z]{2}", message="Two letters.")
    lines = LineList("Lines")
    days = DayList("Days")
    at = CityMomentField("At")


@pytest.fixture(autouse=True)
def in_a_request(application: Flask):
    with application.test_request_context("/"):
        yield


def sent(**values: Any) -> Everything:
    return Everything(MultiDict(values), data={"at": values.pop("before", None)})


def test_text_loses_what_no_keyboard_makes_and_nothing_else():
    form = sent(line=" a\0b\tc\u2028d ", block="\r\nfirst\r\n\tsecond\x07 \r\n")

    assert form.line.data == "a b c d"
    assert form.block.data == "first\n\tsecond"


@pytest.mark.parametrize(
    ("text", "number"), [("", None), (" 7 ", 7), ("0", None), ("10", None), ("²", None), ("7.5", None)]
)
def test_a_number_is_whole_and_within_its_bounds(text: str, number: int | None):
    form = sent(number=text)

    assert form.validate() is (text == "" or number is not None)
    if number:
        assert form.number.data == number


def test_lists_are_split_cleaned_and_named_once():
    form = sent(
        words=" SV, en;sv ", lines="City of Lund\r\n\r\n  UNECE ", days="2031-06-06\n2031-06-05\n2031-06-06"
    )

    assert form.validate()
    assert form.words.data == ("sv", "en")
    assert form.lines.data == ("City of Lund", "UNECE")
    assert form.days.data == (date(2031, 6, 5), date(2031, 6, 6))


def test_a_list_that_comes_back_shows_what_was_typed():
    form = sent(words="swedish", days="Whitsun")

    assert not form.validate()
    assert 'value="swedish"' in form.words()
    assert "Whitsun" in form.days()


@pytest.mark.feature("F8")
def test_a_moment_is_what_the_clocks_on_site_show():
    form = sent(at="2031-07-01T10:30")

    assert form.at.settle(STOCKHOLM)
    assert form.at.data == datetime(2031, 7, 1, 8, 30, tzinfo=UTC)
    assert form.at.settle(ZoneInfo("America/New_York"))
    assert form.at.data == datetime(2031, 7, 1, 14, 30, tzinfo=UTC)


@pytest.mark.feature("F8")
def test_an_hour_that_spring_skips_is_no_moment():
    form = sent(at="2031-03-30T02:30")

    assert not form.at.settle(STOCKHOLM)
    assert form.at.errors


@pytest.mark.feature("F8")
def test_an_hour_that_autumn_has_twice_stays_the_one_it_was_and_is_else_the_first():
    second = datetime(2031, 10, 26, 1, 30, tzinfo=UTC)
    kept, fresh = sent(at="2031-10-26T02:30", before=second), sent(at="2031-10-26T02:30")

    assert kept.at.settle(STOCKHOLM)
    assert fresh.at.settle(STOCKHOLM)
    assert kept.at.data == second
    assert fresh.at.data == datetime(2031, 10, 26, 0, 30, tzinfo=UTC)


def test_a_refusal_stands_beside_its_field_on_top_or_has_its_own_page():
    def refuse(refusal: Exception) -> Any:
        raise refusal

    form = sent()
    form.validate()
    assert not form.accepts(lambda: refuse(BadInput("Too loud.", field="line")))
    assert list(form.line.errors) == ["Too loud."]
    assert not form.accepts(lambda: refuse(BadInput("All wrong.", field="nowhere")))
    assert "All wrong." in form.form_errors
    assert form.status == 422
    assert not form.accepts(lambda: refuse(ChangedMeanwhile("Look again.")))
    assert form.status == 409
    with pytest.raises(Forbidden):
        form.accepts(lambda: refuse(Forbidden("No.")))


def test_what_somebody_else_saved_is_laid_beside_where_it_differs():
    mine, theirs = (
        sent(line="Mine", words="sv en", version="1"),
        Everything(data={"line": "Theirs", "words": ("sv", "en"), "version": 4}),
    )
    mine.refusal = ChangedMeanwhile("Look again.")

    mine.lay_beside(theirs)

    assert mine.meanwhile == [("Line", "Theirs")]
    assert 'value="4"' in mine.version()
