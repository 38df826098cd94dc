"""All clashes of one's conferences; keeping one with a reason; and how strict each rule is."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.scheduling import boards, clashes, levels, rules
from expo.scheduling.refusals import CannotBeKept
from expo.scheduling.words import ClashRule, Level
from expo.web.context import this_expo
from expo.web.forms import PlainForm, TextLine, WholeNumber, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine, words

VIEWS = ("", "stop", "warn", "kept")


class KeepForm(PlainForm):
    """Why a clash stays."""

    expected = (CannotBeKept,)

    key = TextLine("", [short(80)])
    reason = TextLine(_l("Why it stays"), [needed(_l("Say why: it stands in the record.")), short(500)])


@blueprint.get("/organise/clashes")
def timetable_clashes() -> ResponseReturnValue:
    return _page(KeepForm())


@blueprint.post("/organise/clashes")
def keep_clash() -> ResponseReturnValue:
    form = KeepForm(request.form)
    own = mine.conference_ids(Deed.SCHEDULE)

    def keep() -> None:
        clashes.acknowledge(
            expo=this_expo(), key=form.key.data or "", conference_ids=own, reason=form.reason.data or ""
        )

    mine.somewhere(Deed.SCHEDULE)
    if form.validate() and form.accepts(keep):
        flash(_("It stays, until time or place change."), "success")
        return redirect(lists.here(page=None), code=303)
    return _page(form), form.status


def _page(form: KeepForm) -> str:
    view, slug = lists.asked("view"), lists.asked("conference")
    own = [conference.id for conference in mine.chosen(slug)]
    found = clashes.of_conferences(this_expo().id, own)
    part = lists.page_of([clash for clash in found if _in(clash, view)])
    may = set(mine.conference_ids(Deed.SCHEDULE))
    return render_template(
        "organiser/clashes.html",
        part=part,
        views=[
            {"label": label, "url": lists.here(view=key or None), "current": key == view,
             "count": sum(_in(clash, key) for clash in found)}
            for key, label in (
                ("", _("Open")), ("stop", _("Stop publishing")), ("warn", _("Warnings")), ("kept", _("Kept"))
            )
        ],
        form=form,
        may_keep=lambda clash: clash.own.conference_id in may,
        sentence=lambda clash: clashes.sentence(clash, mine.rights()),
        conferences=mine.conferences(),
        words=words,
        when=lambda clash: words.span(clash.own.starts_at, clash.own.ends_at, clash.board.zone_of(clash.own)),
    )  # fmt: skip


def _in(clash: clashes.Clash, view: str) -> bool:
    if view == "kept":
        return not clash.open
    stops = clash.level in (Level.BLOCK, Level.RELEASE)
    return clash.open and (view not in ("stop", "warn") or stops is (view == "stop"))


def rules_form(conference: Conference | None, sent: Any = None) -> PlainForm:
    """A level and a number for each rule: as it is said in the conference, or the expo."""
    known_levels = levels.read(this_expo().id)
    fields: dict[str, Any] = {}
    saved: dict[str, Any] = {}
    for rule in rules.ALL:
        above = known_levels.of(rule.key, None, (rule.usual, rule.number))[0]
        inherited = above if conference else rule.usual
        level = words.LEVELS[inherited]
        same = (
            _("As in the expo: %(level)s", level=level)
            if conference
            else _("As usual: %(level)s", level=level)
        )
        options = [("", same), *words.choices(words.LEVELS)]
        where = conference.id if conference else None
        known = known_levels.said.get((rule.key, where))
        if not rule.fixed:
            fields[f"level_{rule.key}"] = SelectField(words.RULES[rule.key], choices=options)
            saved[f"level_{rule.key}"] = known[0].value if known else ""
        if rule.number is not None:
            fields[f"number_{rule.key}"] = WholeNumber(NUMBERS[rule.key], least=rule.least, most=rule.most)
            saved[f"number_{rule.key}"] = known[1] if known else None
    made: type[PlainForm] = type("RulesForm", (PlainForm,), fields)
    return made(sent, data=saved)


NUMBERS = {
    ClashRule.TURNAROUND: _l("Minutes between two sessions"),
    ClashRule.BACK_TO_BACK: _l("Minutes of pause"),
    ClashRule.PER_DAY: _l("Times a day"),
}
EXPLAINED = {
    ClashRule.ROOM: _l("A room holds one thing at a time, or as many as it says."),
    ClashRule.PERSON: _l("Nobody is in two places at a time, over all conferences."),
    ClashRule.RESERVED: _l("What is held for one conference takes no other."),
    ClashRule.BREAK: _l("Sessions leave the breaks of their conference free."),
    ClashRule.BLOCKER: _l("When the city stands still, so does every conference there."),
    ClashRule.HOURS: _l("A room is used while it is open."),
    ClashRule.TURNAROUND: _l("Between two sessions a room is made ready."),
    ClashRule.AVAILABILITY: _l("Speakers appear when they said that they can."),
    ClashRule.TRAVEL: _l("Who appears in two venues has time to walk."),
    ClashRule.CAPACITY: _l("The room holds all who want to come."),
    ClashRule.STEP_FREE: _l("Who needs a way without steps finds one."),
    ClashRule.LANGUAGE: _l("What is interpreted has booths."),
    ClashRule.BACK_TO_BACK: _l("Who appears twice has a pause in between."),
    ClashRule.PER_DAY: _l("Nobody appears too often in a day."),
    ClashRule.ORDER: _l("What builds on another session comes after it."),
    ClashRule.PLENARY: _l("Beside a plenary the conference has nothing else."),
    ClashRule.AUDIENCE: _l("What the same people want is not at the same time."),
}


@blueprint.get("/organise/clash-rules")
def clash_rules() -> ResponseReturnValue:
    conference = _chosen(Deed.READ)
    return _rules_page(conference, rules_form(conference))


@blueprint.post("/organise/clash-rules")
def save_clash_rules() -> ResponseReturnValue:
    conference = _chosen(Deed.SET_UP)
    form = rules_form(conference, request.form)

    def save() -> None:
        known = levels.read(this_expo().id)
        said: dict[ClashRule, levels.Said | None] = {}
        for rule in (rule for rule in rules.ALL if not rule.fixed):
            level = form[f"level_{rule.key}"].data
            number = form[f"number_{rule.key}"].data if rule.number is not None else None
            usual = known.of(rule.key, None, (rule.usual, None))[0] if conference else rule.usual
            said[rule.key] = (Level(level or usual), number) if level or number is not None else None
        levels.say(expo=this_expo(), conference=conference, said=said)

    if form.validate() and form.accepts(save):
        flash(_("The rules are saved."), "success")
        slug = conference.slug if conference else None
        return redirect(url_for("organiser.clash_rules", conference=slug), code=303)
    return _rules_page(conference, form), form.status


def _chosen(deed: Deed) -> Conference | None:
    """The conference that the address names; the whole expo where it names none."""
    slug = lists.asked("conference")
    if slug:
        return mine.conference(slug, deed)
    if deed is not Deed.READ:
        mine.rights().require(deed, None)
    return None


def _rules_page(conference: Conference | None, form: PlainForm) -> str:
    board = boards.of(this_expo().id)
    where = conference.id if conference else None
    return render_template(
        "organiser/clash_rules.html",
        conference=conference,
        form=form,
        rules=rules.ALL,
        in_force={rule.key: rule.of(board, where) for rule in rules.ALL},
        explained=EXPLAINED,
        words=words,
        conferences=mine.conferences(),
        may_save=mine.may(Deed.SET_UP, where),
    )
