"""Without network: the worker that keeps pages, and the page that is shown where none is kept."""

from __future__ import annotations

from flask import current_app, render_template, send_from_directory
from flask.typing import ResponseReturnValue

from expo.web.cache import for_strangers

from . import blueprint


@blueprint.get("/worker.js")
def worker() -> ResponseReturnValue:
    """The service worker: it lies here, because it looks after the pages below its own address."""
    assert current_app.static_folder
    return send_from_directory(current_app.static_folder, "js/worker.js", max_age=0)


@blueprint.get("/offline")
@for_strangers
def offline() -> ResponseReturnValue:
    return render_template("public/offline.html")
