"""Who stands behind a conference or a session, with their signs, in protocol order; and what came of a session."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from wtforms import SelectField

from expo.core.pictures import MOST_BYTES, BadPicture
from expo.outcomes import partners as bodies
from expo.outcomes import results
from expo.outcomes.models import Outcome, OutcomeKind, PartnerRole
from expo.outcomes.results import OutcomeDraft
from expo.programme.models import Conference, Session
from expo.programme.texts import LONGEST_LINK
from expo.programme.words import Deed
from expo.web.context import this_expo
from expo.web.forms import LineList, PlainForm, TextBlock, TextLine, needed, short
from expo.web.texts import _l
from expo.web.words import OUTCOMES, PARTNER_ROLES

from . import blueprint, lists, mine, words


class PartnerForm(PlainForm):
    """An organisation and its role."""

    name = TextLine(_l("Organisation"), [needed(_l("Say which organisation.")), short(200)])
    role = SelectField(_l("Role"), choices=lambda: words.choices(PARTNER_ROLES), default="partner")
    url = TextLine(_l("Link"), [short(LONGEST_LINK)], description=_l("Begins with https://."))


class OutcomeForm(PlainForm):
    """Something that came of a session."""

    kind = SelectField(_l("Kind"), choices=lambda: words.choices(OUTCOMES))
    title = TextLine(_l("Title"), [needed(_l("Give it a title.")), short(200)])
    text = TextBlock(_l("Text"), [short(results.LONGEST)])
    url = TextLine(_l("Link to the document"), [short(LONGEST_LINK)], description=_l("Begins with https://."))
    language = TextLine(_l("Language"), [short(3)], description=_l("A code, such as sv."))
    signatories = LineList(_l("Signed by"), description=_l("One per line, in the order of signing."))

    @classmethod
    def of(cls, found: Outcome | None, sent: Any = None) -> OutcomeForm:
        saved: dict[str, Any] = {}
        if found is not None:
            saved = {name: getattr(found, name) for name in ("title", "text", "url", "language")}
            saved |= {"kind": found.kind.value, "signatories": tuple(found.signatories)}
        return cls(sent, data=saved)

    def read(self) -> OutcomeDraft:
        return OutcomeDraft(
            OutcomeKind(self.kind.data), self.title.data or "", self.text.data or "", self.url.data or "",
            (self.language.data or "").lower(), tuple(self.signatories.data or ()),
        )  # fmt: skip


@blueprint.get("/organise/conferences/<slug>/partners", defaults={"code": None})
@blueprint.get("/organise/sessions/<code>/partners", defaults={"slug": None})
def partners(slug: str | None, code: str | None) -> ResponseReturnValue:
    conference, session = _where(slug, code, Deed.READ)
    return _page(conference, session, PartnerForm())


@blueprint.post("/organise/conferences/<slug>/partners", defaults={"code": None})
@blueprint.post("/organise/sessions/<code>/partners", defaults={"slug": None})
def change_partners(slug: str | None, code: str | None) -> ResponseReturnValue:
    """One change: an organisation more, one less, one place up or down, or its sign."""
    conference, session = _where(slug, code, Deed.SCHEDULE if code else Deed.SET_UP)
    where: dict[str, Any] = {"conference": conference, "session": session}
    form = PartnerForm(request.form)
    step, key = request.form.get("step", ""), lists.number(request.form.get("partner"))
    if step == "remove":
        bodies.remove(**where, partner_id=key)
    elif step in ("up", "down"):
        bodies.move(**where, partner_id=key, by=-1 if step == "up" else 1)
    elif step == "logo":
        _show_logo(conference, session)
    elif not form.validate() or not form.accepts(
        lambda: bodies.add(
            **where, name=form.name.data or "", role=PartnerRole(form.role.data), url=form.url.data or ""
        )
    ):
        return _page(conference, session, form), form.status
    return redirect(_here(conference, session), code=303)


@blueprint.get("/organise/sessions/<code>/outcomes")
def outcomes(code: str) -> ResponseReturnValue:
    session = mine.session(code)
    chosen = lists.number(lists.asked("change"))
    found = results.one(session, chosen) if chosen else None
    return _outcomes(session, OutcomeForm.of(found), found)


@blueprint.post("/organise/sessions/<code>/outcomes")
def save_outcome(code: str) -> ResponseReturnValue:
    session = mine.session(code, Deed.SCHEDULE)
    key = lists.number(request.form.get("outcome"))
    if request.form.get("remove"):
        results.remove(session=session, outcome_id=key)
        flash(_("Taken away."), "info")
        return redirect(url_for("organiser.outcomes", code=session.code), code=303)
    found = results.one(session, key) if key else None
    form = OutcomeForm.of(found, request.form)
    if form.validate() and form.accepts(
        lambda: results.save(session=session, draft=form.read(), outcome_id=found.id if found else None)
    ):
        flash(_("Saved, and shown so at once."), "success")
        return redirect(url_for("organiser.outcomes", code=session.code), code=303)
    return _outcomes(session, form, found), form.status


def _where(slug: str | None, code: str | None, deed: Deed) -> tuple[Conference, Session | None]:
    if code is not None:
        session = mine.session(code, deed)
        return session.conference, session
    return mine.conference(slug or "", deed), None


def _here(conference: Conference, session: Session | None) -> str:
    if session is not None:
        return url_for("organiser.partners", code=session.code)
    return url_for("organiser.partners", slug=conference.slug)


def _show_logo(conference: Conference, session: Session | None) -> None:
    """Of an organisation that stands here; of no other."""
    key = lists.number(request.form.get("organisation"))
    if not bodies.stands_here(conference, session, key):
        abort(404)
    sent = request.files.get("logo")
    content = sent.read(MOST_BYTES + 1) if sent else b""
    try:
        if content:
            bodies.show_logo(expo=this_expo(), organisation_id=key, content=content)
    except BadPicture as wrong:
        flash(wrong.message, "error")


def _page(conference: Conference, session: Session | None, form: PartnerForm) -> str:
    deed = Deed.SCHEDULE if session else Deed.SET_UP
    return render_template(
        "organiser/partners.html",
        conference=conference,
        session=session,
        bodies=bodies.behind_session(session.id) if session else bodies.behind(conference),
        roles=PARTNER_ROLES,
        form=form,
        may_edit=mine.may(deed, conference.id),
        here=_here(conference, session),
    )


def _outcomes(session: Session, form: OutcomeForm, found: Outcome | None) -> str:
    return render_template(
        "organiser/outcomes.html",
        session=session,
        outcomes=results.of_session(session.id),
        kinds=OUTCOMES,
        form=form,
        found=found,
        may_edit=mine.may(Deed.SCHEDULE, session.conference_id),
    )
