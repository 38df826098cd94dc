"""`/`: the expos of this installation."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from expo.expos import queries as expos

from . import gates

blueprint = Blueprint("root", __name__)
gates.anybody(blueprint)


@blueprint.get("/")
def home() -> ResponseReturnValue:
    every = expos.every()
    if len(every) == 1:
        return redirect(url_for("public.home", expo_slug=every[0].slug))
    return render_template("root/home.html", expos=every)
