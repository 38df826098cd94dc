"""Who comes, for a guide or facilitator without an account: opened by a secret address, printed before the tour."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from expo.booking import guides, queries, walk_ups
from expo.core import clock
from expo.publishing import queries as publishing
from expo.web import signing
from expo.web.context import this_expo
from expo.web.filters import this_language

from . import blueprint

AFTERWARDS = timedelta(hours=24)  # then names are nobody's business any more


@blueprint.get("/guide/<token:secret>")
def guide(secret: str) -> ResponseReturnValue:
    link = guides.open_by(this_expo().id, secret, who=signing.network_address())
    times = publishing.of_session(link.expo_id, link.session_id, hidden_too=True)
    ahead = [item.told_in(this_language()) for item in times if item.ends_at + AFTERWARDS > clock.now()]
    return render_template(
        "delegate/guide.html",
        link=link,
        times=ahead,
        taken=walk_ups.booked(ahead),
        booked=queries.of_session(link.session_id, [item.occurrence_id for item in ahead]),
    )
