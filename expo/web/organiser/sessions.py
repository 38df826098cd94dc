"""Sessions: the list, a new one, one to edit, and publishing it alone."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from expo.core.refusals import BadInput
from expo.programme import actions, removing
from expo.programme import queries as programme
from expo.programme.models import Conference, Session
from expo.programme.queries import SessionLine
from expo.programme.values import draft_of_session
from expo.programme.words import Admission, Deed, SessionState, Visibility
from expo.publishing import actions as publishing
from expo.publishing import approving, changes, covering, differences
from expo.publishing import queries as released
from expo.reports import timeline
from expo.scheduling import clashes
from expo.web.context import this_expo

from . import blueprint, lists, mine, words
from .session_forms import NewSessionForm, SessionForm
from .text_fields import with_texts

SORTS = {
    "code": lambda line: line.code,
    "title": lambda line: line.title.casefold(),
    "when": lambda line: (line.first is None, line.first and line.first.timestamp(), line.code),
}


@blueprint.get("/organise/sessions")
def sessions() -> ResponseReturnValue:
    conferences = mine.chosen(lists.asked("conference"))
    ids = [conference.id for conference in conferences]
    search, view = lists.asked("q"), lists.asked("view")
    sort = lists.asked("sort") if lists.asked("sort") in SORTS else "code"
    lines = programme.session_lines(this_expo().id, ids, search)
    unpublished = differences.sessions_with_changes(this_expo().id, ids)
    chosen = [line for line in lines if _in_view(line, view, unpublished)]
    part = lists.page_of(sorted(chosen, key=SORTS[sort]))
    return render_template(
        "organiser/sessions.html",
        part=part,
        rows=programme.sessions_with_times([line.id for line in part.rows]),
        views=_views(lines, view, unpublished),
        unpublished=unpublished,
        conferences=mine.conferences(),
        q=search,
        view=view,
        sort=sort,
        here=lists.here,
        words=words,
        may_add=mine.rights().anywhere(Deed.SCHEDULE),
    )


@blueprint.get("/organise/sessions/new")
def new_session() -> ResponseReturnValue:
    form = _new_form(None)
    return _new_page(form)


@blueprint.post("/organise/sessions/new")
def create_session() -> ResponseReturnValue:
    form = _new_form(request.form)
    made: list[Session] = []

    def create() -> None:
        conference = mine.conference(str(form.conference.data), Deed.SCHEDULE)
        parent = _parent(conference, form.parent.data)
        code = (form.code.data or "").upper() or None
        made.append(
            actions.create_session(conference=conference, draft=form.read(), code=code, parent=parent)
        )

    if form.validate() and form.accepts(create):
        flash(_("%(title)s is made. Now give it a time.", title=made[0].title), "success")
        return redirect(url_for("organiser.new_time", code=made[0].code), code=303)
    return _new_page(form), form.status


@blueprint.get("/organise/sessions/<code>")
def session(code: str) -> ResponseReturnValue:
    found = mine.session(code)
    return _page(found, SessionForm.of(found))


@blueprint.post("/organise/sessions/<code>")
def save_session(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.SCHEDULE)
    before, form = draft_of_session(found), SessionForm.of(found, request.form)

    def save() -> None:
        actions.edit_session(
            session=found,
            draft=form.read(before),
            parent=_parent(found.conference, form.parent.data),
            version=form.seen,
            keep=form.keep.data or "",
        )

    if form.validate() and form.accepts(save):
        flash(_("%(title)s is saved.", title=found.title), "success")
        return redirect(url_for("organiser.session", code=found.code), code=303)
    form.lay_beside(SessionForm.of(found))
    return _page(found, form), form.status


@blueprint.post("/organise/sessions/<code>/publish")
def publish_session(code: str) -> ResponseReturnValue:
    found = mine.session(code, Deed.PUBLISH)
    if found.conference.second_approves:
        approving.propose(expo=this_expo(), scope=covering.scope_of(session=found))
        flash(_("Drafted. Whoever may approve it has a letter."), "success")
        return redirect(url_for("organiser.session", code=found.code), code=303)
    release = publishing.publish(expo=this_expo(), session=found)
    flash(_("Published as release %(number)s.", number=release.number), "success")
    return redirect(url_for("organiser.session", code=found.code), code=303)


@blueprint.post("/organise/sessions/<code>/remove")
def remove_session(code: str) -> ResponseReturnValue:
    """Only what was never published: what people know of is cancelled."""
    found = mine.session(code, Deed.SCHEDULE)
    title = found.title
    removing.remove_session(session=found)
    flash(_("%(title)s is removed.", title=title), "success")
    return redirect(url_for("organiser.sessions"), code=303)


def summary(found: Session) -> dict[str, Any]:
    """What stands beside a session on each of its pages: times, people, clashes, what waits to be published."""
    times = programme.occurrences(found.id)
    subjects = [("session", found.id), *(("occurrence", time.id) for time in times)]
    waiting = changes.told(differences.find(found.expo_id, session_ids=[found.id]))
    return {
        "session": found,
        "times": times,
        "people": programme.appearances(found.id),
        "parts": programme.parts(found.id),
        "clashes": clashes.of_session(found),
        "sentence": lambda clash: clashes.sentence(clash, mine.rights()),
        "published": released.content(found.id) is not None,
        "waiting": [changes.said(change) for change in waiting],
        "history": timeline.of(subjects, most=6),
        "may_edit": mine.may(Deed.SCHEDULE, found.conference_id),
        "may_publish": mine.may(Deed.PUBLISH, found.conference_id),
        "may_read_people": mine.may(Deed.READ_PEOPLE, found.conference_id),
        "words": words,
    }


def _page(found: Session, form: SessionForm) -> str:
    return render_template(
        "organiser/session.html",
        form=form,
        types=programme.session_types(found.expo_id),
        tracks=programme.tracks(found.conference_id),
        **summary(found),
    )


def _new_form(sent: Any) -> NewSessionForm:
    first = lists.asked("conference")
    form = with_texts(NewSessionForm, "", ())(
        sent,
        data={
            "text_language": "",
            "conference": first,
            "parent": lists.asked("parent"),
            "visibility": Visibility.PUBLIC.value,
            "admission": Admission.OPEN.value,
            "state": SessionState.DRAFT.value,
        },
    )
    form.conference.choices = [(one.slug, one.title) for one in mine.conferences(Deed.SCHEDULE)]
    return form


def _new_page(form: NewSessionForm) -> str:
    mine.somewhere(Deed.SCHEDULE)
    return render_template(
        "organiser/session_new.html", form=form, types=programme.session_types(this_expo().id)
    )


def _parent(conference: Conference, code: str | None) -> Session | None:
    if not code:
        return None
    parent = programme.session(conference.expo_id, code)
    if parent is None or parent.conference_id != conference.id:
        raise BadInput(_("There is no session %(code)s in this conference.", code=code), field="parent")
    return parent


def _in_view(line: SessionLine, view: str, unpublished: set[int]) -> bool:
    if view == "unpublished":
        return line.id in unpublished
    return view not in set(SessionState) or line.state.value == view


def _views(lines: list[SessionLine], view: str, unpublished: set[int]) -> list[dict[str, Any]]:
    named = [("", _("All")), *((state.value, word) for state, word in words.STATES.items())]
    named.append(("unpublished", _("Not published yet")))
    return [
        {
            "label": label,
            "url": lists.here(view=key or None),
            "current": key == view,
            "count": sum(_in_view(line, key, unpublished) for line in lines),
        }
        for key, label in named
    ]
