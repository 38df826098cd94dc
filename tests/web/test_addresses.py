"""Addresses and texts of templates take the short way, and come out as they would on the long one."""

from __future__ import annotations

import flask
import flask_babel
import pytest
from flask import render_template_string

from expo.web import addresses
from tests import factories as a

pytestmark = [pytest.mark.feature("F2"), pytest.mark.once]


def _within(app, path: str, root: str = ""):
    context = app.test_request_context(path, environ_overrides={"SCRIPT_NAME": root})
    context.push()
    app.preprocess_request()
    return context


def test_an_address_is_that_of_this_expo_wherever_the_application_stands(app):
    here, there = a.an_expo(), a.an_expo()
    for expo, root in ((here, ""), (there, ""), (here, "/below"), (here, "")):
        context = _within(app, f"/{expo.slug}/now", root)
        try:
            for values in ({"day": "1"}, {"day": 1}, {"day": True}, {"lists": ["a", "b"]}, {"day": None}):
                found = [addresses.url_for("public.programme", **values) for _again in range(2)]
                assert found == [flask.url_for("public.programme", **values)] * 2
                assert found[0].startswith(f"{root}/{expo.slug}/programme")
            whole = addresses.url_for("public.programme", _external=True)
            assert whole == flask.url_for("public.programme", _external=True)
        finally:
            context.pop()


def test_no_more_addresses_are_kept_than_agreed(app, monkeypatch):
    monkeypatch.setattr(addresses, "MOST", 3)
    context = _within(app, f"/{a.an_expo().slug}/now")
    try:
        for number in range(9):
            addresses.url_for("public.programme", day=number)
    finally:
        context.pop()

    assert len(addresses._made) == 3


def test_what_is_filled_into_a_text_is_escaped_and_each_text_is_a_pattern(app):
    expo = a.an_expo()
    words = '{{ _("“%(words)s”", words="<b>") }} {{ ngettext("%(num)s session", "%(num)s sessions", 2) }}'
    for lang, said in (("en", "2 sessions"), ("sv", "2 programpunkter"), ("en", "2 sessions")):
        with app.test_request_context(f"/{expo.slug}/now", headers={"Accept-Language": lang}):
            app.preprocess_request()
            flask_babel.refresh()
            text = render_template_string(words + '{{ _("100 %%") }}{{ _("<i>") }}{{ "<u>" ~ _("<i>") }}')

        assert text == f"{'”' if lang == 'sv' else '“'}&lt;b&gt;” {said}100 %<i>&lt;u&gt;<i>"
