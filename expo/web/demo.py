"""The demo's own pages: its clock, its accounts, and the letters it would have sent. Not there in production."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    flash,
    g,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core import clock
from expo.demo import logins, setup
from expo.expos import queries as expos
from expo.mail import outbox
from expo.mail.models import Letter

from . import gates
from .filters import city_moment
from .forms import CityMomentField, PlainForm
from .texts import _l

blueprint = Blueprint("demo", __name__, url_prefix="/demo")
gates.anybody(blueprint)

MOST_LETTERS = 200
_LINK = re.compile(r"(https?://[^\s<>\"]*[^\s<>\".,;:)!?])")

# A line of a letter: its parts, each with the address it leads to or None.
Line = list[tuple[str, str | None]]


class ClockForm(PlainForm):
    """Any moment at all."""

    moment = CityMomentField(_l("Day and time"))


@blueprint.before_request
def show_the_expo() -> None:
    """The demo's pages stand in the expo's frame, so that one finds back, and in its city's time."""
    g.expo = expos.by_slug(setup.SLUG)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    form = ClockForm(moment=clock.now().replace(second=0, microsecond=0))
    form.moment.show(setup.CITY)
    return _home(form)


@blueprint.post("/clock")
def set_clock() -> ResponseReturnValue:
    """Back to the start, an hour on, tomorrow morning, or to the moment that was typed."""
    jumps = {
        "start": lambda: setup.START,
        "hour": lambda: clock.now() + timedelta(hours=1),
        "tomorrow": _tomorrow,
    }
    jump = jumps.get(request.form.get("to", ""))
    if jump:
        clock.set_now(jump())
    else:
        form = ClockForm(request.form)
        if not form.validate() or not form.moment.settle(setup.CITY) or form.moment.data is None:
            return _home(form, 422)
        clock.set_now(form.moment.data)
    flash(_("Here it is %(moment)s now.", moment=city_moment(clock.now(), setup.CITY)), "success")
    return redirect(url_for("demo.home"), code=303)


@blueprint.get("/letters")
def letters() -> ResponseReturnValue:
    to = request.args.get("to", "").strip().lower()
    found = outbox.latest(MOST_LETTERS, to=to)
    return render_template("demo/letters.html", letters=found, to=to, most=MOST_LETTERS)


@blueprint.get("/letters/<int:letter_id>")
def letter(letter_id: int) -> ResponseReturnValue:
    found = _letter_or_404(letter_id)
    return render_template("demo/letter.html", letter=found, paragraphs=_linked(found.body))


@blueprint.get("/letters/<int:letter_id>.ics")
def calendar(letter_id: int) -> ResponseReturnValue:
    """The calendar item that came with a letter."""
    found = _letter_or_404(letter_id)
    if not found.calendar:
        abort(404)
    return Response(found.calendar, mimetype="text/calendar")


def _home(form: ClockForm, status: int = 200) -> ResponseReturnValue:
    page = render_template(
        "demo/home.html", form=form, logins=logins.LOGINS, password=logins.PASSWORD, zone=setup.CITY
    )
    return page, status


def _tomorrow() -> datetime:
    today = clock.now().astimezone(setup.CITY).date()
    return datetime.combine(today + timedelta(days=1), time(8, 30), setup.CITY)


def _letter_or_404(letter_id: int) -> Letter:
    found = outbox.letter(letter_id)
    if found is None:
        abort(404)
    return found


def _linked(body: str) -> list[list[Line]]:
    """The letter's paragraphs as lines; what leads to this installation leads there from wherever it is read."""
    return [[_parts(line) for line in block.split("\n")] for block in body.strip().split("\n\n")]


def _parts(line: str) -> Line:
    # By host alone: the demo may have been on another port when it wrote.
    here = urlsplit(current_app.config["EXPO"].base_url).hostname
    parts: Line = []
    for text in _LINK.split(line):
        if not _LINK.fullmatch(text):
            parts.append((text, None))
            continue
        address = urlsplit(text)
        parts.append(
            (text, address._replace(scheme="", netloc="").geturl() if address.hostname == here else text)
        )
    return [part for part in parts if part[0]]
