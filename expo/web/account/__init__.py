from __future__ import annotations

from flask import Blueprint

from expo.web import gates

blueprint = Blueprint("account", __name__)
gates.anybody(blueprint)
