"""What is done behind the pages, for those who run the installation: workers, jobs, rhythms."""

from __future__ import annotations

from datetime import timedelta

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.core import backlog, heartbeats, jobs, schedules
from expo.core.jobs import Periodic
from expo.core.refusals import Forbidden
from expo.mail import queries as mail
from expo.mail import sending
from expo.web.context import visitor
from expo.web.texts import _l

from . import blueprint

# What the rooms call their work; what is missing here stands under its own name, its meaning in English.
MEANINGS = {
    "pull_calendars": _l("Reads the calendars of partners."),
    "sweep_jobs": _l("Forgets jobs that were done two weeks ago."),
    "sweep_answers": _l("Forgets answers to requests with a key that are a day old."),
    "sweep_limits": _l("Forgets counted tries whose time is over."),
    "sweep_letters": _l("Empties letters that could not be delivered for a month."),
    "sweep_webhooks": _l("Forgets deliveries that were taken or given up a month ago."),
    "retention": _l("Lets go of personal data that has been kept for its time."),
    "answers_due": _l("Deletes answers whose last day is over, and files that nobody handed in."),
    "ask_feedback": _l("Asks people by letter how what they attended today was."),
    "remind_speakers": _l("Reminds speakers who have not answered, at the pace of the letters before."),
    "sweep_pictures": _l("Throws away pictures that nothing names any more."),
    "release_no_shows": _l("Gives seats of those who did not come to those who wait at the door."),
    "reconcile": _l("Compares what the provider of payments has with our own books."),
    "sweep_heartbeats": _l("Forgets workers that ended days ago."),
}


def administrator() -> None:
    """Refuse whoever does not run the installation."""
    who = visitor()
    if who is None or not who.is_admin:
        raise Forbidden(_("This page is for those who run the installation."))


@blueprint.get("/organise/work")
def work() -> ResponseReturnValue:
    administrator()
    return render_template(
        "organiser/work.html",
        counts=backlog.counts(),
        workers=heartbeats.workers(),
        failed=backlog.failed(),
        next_up=backlog.next_up(),
        rhythms=backlog.rhythms(),
        meaning=lambda one: MEANINGS.get(one.name, one.meaning),
        rhythm_said=_rhythm,
        most_attempts=jobs.MOST_ATTEMPTS,
        outbox=mail.counts(),
        came_back=mail.failed(),
    )


@blueprint.post("/organise/work/jobs/<int:job_id>/retry")
def retry_job(job_id: int) -> ResponseReturnValue:
    administrator()
    again = jobs.retry(job_id=job_id)
    flash(
        _("It is tried again.") if again else _("Nothing to try: it has been done, or waits already."),
        "success" if again else "info",
    )
    return redirect(url_for("organiser.work"), code=303)


@blueprint.post("/organise/work/letters/retry")
def retry_letters() -> ResponseReturnValue:
    administrator()
    count = sending.retry()
    flash(ngettext("One letter is tried again.", "%(num)s letters are tried again.", count), "success")
    return redirect(url_for("organiser.work"), code=303)


@blueprint.post("/organise/work/letters/<int:letter_id>/retry")
def retry_letter(letter_id: int) -> ResponseReturnValue:
    administrator()
    again = sending.retry(letter_id=letter_id)
    flash(
        _("It is tried again.") if again else _("Nothing to try: it has been done, or waits already."),
        "success" if again else "info",
    )
    return redirect(url_for("organiser.work"), code=303)


@blueprint.post("/organise/work/rhythms/<name>/run")
def run_rhythm(name: str) -> ResponseReturnValue:
    administrator()
    if name not in {one.name for one in jobs.periodic()}:
        abort(404)
    waits = schedules.run_now(name=name)
    flash(_("It is done in a moment.") if waits else _("It waits already."), "success" if waits else "info")
    return redirect(url_for("organiser.work"), code=303)


@blueprint.post("/organise/work/clock")
def confirm_clock() -> ResponseReturnValue:
    administrator()
    heartbeats.confirm_clock()
    flash(_("The workers go on."), "success")
    return redirect(url_for("organiser.work"), code=303)


def _rhythm(one: Periodic) -> str:
    if not isinstance(one.rhythm, timedelta):
        return _("each day at %(time)s", time=one.rhythm.strftime("%H:%M"))
    minutes = round(one.rhythm.total_seconds() / 60)
    if minutes % 60:
        return ngettext("every minute", "every %(num)s minutes", minutes)
    return ngettext("every hour", "every %(num)s hours", minutes // 60)
