from __future__ import annotations

import pytest

from expo.core import audit
from expo.programme import actions
from expo.programme.values import draft_of_session
from expo.reports import timeline
from tests import factories as a
from tests.counting import statements

pytestmark = [pytest.mark.feature("O1"), pytest.mark.usefixtures("app")]


def test_a_deed_is_told_with_the_name_of_whoever_did_it_and_why():
    olle = a.an_account(name="Olle")
    talk = a.a_session()
    with audit.acting(f"account:{olle.id}"):
        actions.cancel_occurrence(occurrence=talk, why="The hall is flooded")

    line = timeline.of([("occurrence", talk.id)])[0]

    assert (line.what, line.who, line.why) == ("Cancelled", "Olle", "The hall is flooded")


def test_a_change_names_its_fields_and_the_newest_comes_first():
    talk = a.a_session().session
    draft = draft_of_session(talk)
    actions.edit_session(session=talk, draft=a.SessionDraft("New title", draft.type, state=draft.state))

    lines = timeline.of([("session", talk.id)])

    assert lines[0].what == "Changed"
    assert set(lines[0].fields) == {"title", "admission"}
    assert lines[-1].what == "Made"


def test_whoever_is_known_by_no_name_is_called_what_they_are():
    assert timeline.names_of(["system", "visitor", "command:import", "account:999999", "account:²"]) == {
        "system": "The system",
        "visitor": "Somebody not signed in",
        "command:import": "import",
        "account:999999": "999999",
        "account:²": "²",
    }


def test_names_cost_the_same_for_one_and_many():
    actors = [f"account:{a.an_account().id}" for _number in range(5)]
    with statements() as one:
        timeline.names_of(actors[:1])
    with statements() as many:
        timeline.names_of(actors)

    assert len(many) == len(one)
