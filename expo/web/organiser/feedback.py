"""What people said of the sessions: numbers and words without names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.feedback.models import BEST
from expo.feedback.results import ENOUGH, Result, of_conferences

from . import blueprint, lists, mine
from .money import csv_of


@blueprint.get("/organise/feedback")
def feedback() -> ResponseReturnValue:
    chosen = mine.chosen(lists.asked("conference"))
    found = of_conferences([conference.id for conference in chosen])
    if request.args.get("as") == "csv":
        heads = [
            _("Conference"), _("Code"), _("Session"), _("Answers"), _("Mean"),
            *(str(number) for number in range(1, BEST + 1)), _("Comments"),
        ]  # fmt: skip
        return csv_of("feedback", heads, _rows(found))
    return render_template(
        "organiser/feedback.html",
        part=lists.page_of(found),
        enough=ENOUGH,
        conferences=mine.conferences(),
        conference=lists.asked("conference"),
        here=lists.here,
    )


def _rows(found: Sequence[Result]) -> Iterator[list[str]]:
    fewer = _("fewer than %(num)s answers", num=ENOUGH)
    for one in found:
        names = [one.conference, one.code, one.title]
        if one.enough:
            figures = [str(one.answers), str(one.mean), *map(str, one.counts)]
            yield [*names, *figures, "\n".join(one.comments)]
        else:
            yield [*names, fewer, *[""] * (BEST + 2)]
