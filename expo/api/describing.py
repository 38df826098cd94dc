"""`/api/v1/openapi.json` for programs, `/api/v1/docs` for people: the same description, nothing from elsewhere."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import orjson
from flask import Blueprint, Response, current_app, render_template, request

from . import described, problems
from .described import described as told

blueprint = Blueprint("api", __name__)
problems.speak(blueprint)


@blueprint.get("/openapi.json")
@told("This description", {"type": "object"})
def openapi() -> Response:
    answer = Response(orjson.dumps(described.document(current_app)), mimetype="application/json")
    answer.headers["Cache-Control"] = "public, max-age=300"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.add_etag()
    answer.make_conditional(request)
    return answer


@blueprint.get("/docs")
def docs() -> str:
    whole = described.document(current_app)
    deeds = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in whole["paths"].items()
        for method, operation in methods.items()
    ]
    deeds.sort(key=lambda deed: str(deed["tags"][0]))
    groups = [(tag, list(of_tag)) for tag, of_tag in groupby(deeds, key=lambda deed: str(deed["tags"][0]))]
    return render_template(
        "api/docs.html", groups=groups, schemas=whole["components"]["schemas"], pretty=_pretty
    )


def _pretty(schema: dict[str, Any]) -> str:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2).decode()
