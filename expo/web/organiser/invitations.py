"""Inviting a whole list to a conference, and who has opened, accepted or declined."""

from __future__ import annotations

import csv
import io
import re
from typing import ClassVar

import wtforms
from email_validator import EmailNotValidError, validate_email
from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from wtforms import BooleanField, FileField, SelectField
from wtforms.widgets import TextArea

from expo.core.refusals import Refusal
from expo.core.text import one_line
from expo.delegations import queries as delegations
from expo.organisations import queries as organisations
from expo.programme.models import Conference
from expo.programme.words import Deed
from expo.registration import invitations as inviting
from expo.registration import queries as registrations
from expo.registration.invitations import Invitee
from expo.registration.refusals import TicketsGone
from expo.registration.voucher_models import Answered
from expo.registration.vouchers import VoucherDraft
from expo.web.context import offered_languages, this_expo
from expo.web.filters import language_name
from expo.web.forms import CityMomentField, PlainForm, TextBlock, TextLine, WholeNumber, clean, needed, short
from expo.web.texts import _l

from . import blueprint, lists, mine

SHOWN = 5  # faults of a list
STANDINGS: dict[Answered, str] = {
    Answered.SENT: _l("Sent"),
    Answered.OPENED: _l("Opened"),
    Answered.REGISTERED: _l("Registered"),
    Answered.DECLINED: _l("Declined"),
    Answered.ENDED: _l("Taken back"),
}
KINDS = {
    Answered.SENT: "wait",
    Answered.OPENED: "info",
    Answered.REGISTERED: "go",
    Answered.DECLINED: "stop",
    Answered.ENDED: "off",
}
_NAMED = re.compile(r"\s*\"?(?P<name>[^<>\"]*?)\"?\s*<(?P<email>[^<>]+)>\s*")


class PeopleList(wtforms.Field):
    """One person per line, however they come: an address; name and address; organisation, name and address; or
    “Name <address>” as mail programs write it."""

    widget = TextArea()  # type: ignore[assignment]

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else str(self.data or "")

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data, faults = [], []
        for number, line in enumerate(clean(valuelist[0] if valuelist else "").split("\n"), 1):
            found = invitee_of(line)
            if isinstance(found, str):
                faults.append(
                    _("Line %(line)s: “%(text)s” is not an e-mail address", line=number, text=found[:60])
                )
            elif found is not None:
                self.data.append(found)
        if faults:
            raise ValueError("; ".join(faults[:SHOWN]) + ("" if len(faults) <= SHOWN else " …"))


def invitee_of(line: str) -> Invitee | str | None:
    """Whom a line names; None where it names nobody yet, the text where that is no address."""
    named = _NAMED.fullmatch(line)
    cells = [named["name"], named["email"]] if named else re.split(r"[;\t]", line)
    if not named and len(cells) == 1 and line.count(",") and "@" in line:
        cells = line.split(",")
    cells = [one_line(cell).strip('"') for cell in cells]
    at = next((number for number, cell in enumerate(cells) if "@" in cell), None)
    if at is None:
        # A name alone is a line that is not filled in yet.
        return None if len(cells) > 1 or not cells[0] else cells[0]
    try:
        validate_email(cells[at], check_deliverability=False)
    except EmailNotValidError:
        return cells[at]
    before = cells[:at]
    return Invitee(
        cells[at], (before[-1] if before else "")[:200], (before[0] if len(before) > 1 else "")[:200]
    )


class InvitationsForm(PlainForm):
    """A list of people, and what each of them is offered."""

    expected: ClassVar[tuple[type[Refusal], ...]] = (TicketsGone,)

    list_name = TextLine(
        _l("Name of the list"),
        [needed(_l("Give the list a name, so that you find its answers.")), short(120)],
        description=_l("Only your team reads it."),
    )
    people = PeopleList(
        _l("Whom to invite"),
        description=_l("One line each: e-mail; or name; e-mail; or organisation; name; e-mail. Columns of a spreadsheet can be pasted. Lines without an address are passed over."),
    )  # fmt: skip
    file = FileField(_l("Or a CSV file with such lines"))
    ticket_type = SelectField(_l("For"), choices=[], default="")
    skips_approval = BooleanField(_l("Needs no approval"), default=True)
    opens_hidden = BooleanField(_l("Opens hidden tickets"))
    percent = WholeNumber(_l("Per cent off"), least=0, most=100)
    valid_until = CityMomentField(_l("Valid until"))
    message = TextBlock(
        _l("A word from you"), [short(2000)], description=_l("Stands in the letter as you write it.")
    )
    language = SelectField(_l("Language of the letter"), choices=[])

    def read(self) -> VoucherDraft:
        return VoucherDraft(
            ticket_type_id=int(self.ticket_type.data) if self.ticket_type.data else None,
            percent=self.percent.data or 0,
            skips_approval=bool(self.skips_approval.data),
            opens_hidden=bool(self.opens_hidden.data),
            valid_until=self.valid_until.data,
        )


@blueprint.get("/organise/conferences/<slug>/invitations")
def invitations(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    everything = inviting.of_conference(found.id)
    chosen = lists.asked("list", 120) if "list" in request.args else None
    rows = everything if chosen is None else [one for one in everything if one.list_name == chosen]
    return render_template(
        "organiser/invitations.html",
        conference=found,
        counts=inviting.counts(everything),
        chosen=chosen,
        part=lists.page_of(rows),
        standings=STANDINGS,
        kinds=KINDS,
    )


@blueprint.route("/organise/conferences/<slug>/invitations/new", methods=["GET", "POST"])
def new_invitations(slug: str) -> ResponseReturnValue:
    found = mine.conference(slug, Deed.SET_UP)
    sent = request.form if request.method == "POST" else None
    form = _form(found, sent)
    if sent is None:
        form.people.data = _members(lists.asked("group"))
        return _new_page(found, form), 200
    told: list[inviting.Invited] = []
    people = [*(form.people.data or ()), *_uploaded(form)]
    if (
        form.validate()
        and form.valid_until.settle(found.zone)
        and not form.file.errors
        and form.accepts(
            lambda: told.append(
                inviting.invite(
                    conference=found,
                    terms=form.read(),
                    people=people,
                    list_name=form.list_name.data or "",
                    language=form.language.data or "",
                    message=form.message.data or "",
                )
            )
        )
    ):
        flash(
            ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", told[0].sent),
            "success",
        )
        if told[0].already:
            names = ", ".join(told[0].already[:10])
            flash(_("Invited already, and passed over: %(names)s.", names=names), "warning")
        return redirect(url_for("organiser.invitations", slug=slug, list=form.list_name.data), code=303)
    return _new_page(found, form), form.status


@blueprint.post("/organise/conferences/<slug>/invitations/remind")
def remind_invited(slug: str) -> ResponseReturnValue:
    """Once more to those of a list who have said nothing."""
    found = mine.conference(slug, Deed.SET_UP)
    name = one_line(request.form.get("list", ""))[:120]
    count = inviting.remind(conference=found, list_name=name)
    if count:
        flash(
            ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", count), "success"
        )
    else:
        flash(_("Nobody to remind: they have answered, or the last letter is less than a day old."), "info")
    return redirect(url_for("organiser.invitations", slug=slug, list=name), code=303)


def _form(found: Conference, sent: object) -> InvitationsForm:
    form = InvitationsForm(sent)
    form.ticket_type.choices = [("", _("All tickets of the conference"))] + [
        (str(kind.id), kind.name) for kind in registrations.every_of(found.id)
    ]
    form.language.choices = [(code, language_name(code)) for code in offered_languages()]
    return form


def _uploaded(form: InvitationsForm) -> list[Invitee]:
    """The lines of the file, with any separator; a head row names nobody."""
    upload = request.files.get("file")
    if upload is None or not upload.filename:
        return []
    try:
        text = upload.read(2 * 1024 * 1024).decode("utf-8-sig")
    except UnicodeDecodeError:
        form.file.errors = [_("That file is not UTF-8 text. Save it as CSV (UTF-8).")]
        return []
    separator = max(";,\t", key=text.count)
    found = []
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        one = invitee_of("; ".join(row))
        if isinstance(one, Invitee):
            found.append(one)
    if not found:
        form.file.errors = [_("No line of that file has an e-mail address.")]
    return found


def _members(group_slug: str) -> str:
    """A line for each member of a group, with whom a delegation of theirs was written to, if one was."""
    group = organisations.group(group_slug) if group_slug else None
    if group is None:
        return ""
    members = sorted(organisations.by_ids(organisations.members(group.id)), key=lambda one: one.folded_name)
    known = delegations.focal_points(this_expo().id, [one.id for one in members])
    return "\n".join("; ".join((one.name, *known.get(one.id, ("", "")))) for one in members)


def _new_page(found: Conference, form: InvitationsForm) -> str:
    return render_template(
        "organiser/invitations_new.html",
        conference=found,
        form=form,
        groups=organisations.groups(),
        group=lists.asked("group"),
    )
