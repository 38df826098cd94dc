"""Questions and answers, as scripts see them."""

from __future__ import annotations

import pytest
from flask import Flask

from expo.programme.words import Role
from expo.questions import queries
from expo.questions.models import Kind
from expo.registration import queries as registrations
from tests import factories as a
from tests.questions.asking import a_question

from .test_orders import Script

pytestmark = pytest.mark.feature("R6", "I2")


def test_an_order_answers_what_the_ticket_types_ask_and_the_rest_is_asked_of_the_person(app: Flask, browser):
    kind = a.a_ticket_type(a.a_conference())
    expo = kind.conference.expo
    options = ({"en": "Bus"}, {"en": "Train"})
    how = a_question(kind.conference, "How?", kind=Kind.CHOICE, options=options)
    line = a_question(kind.conference, "Line?", depends_on_id=how.id, depends_on=("bus",), required=True)
    food = a_question(kind.conference, "Food?", kind=Kind.DIET, is_sealed=True)
    script = Script(app, expo, a.an_account())

    (told,) = browser().get(f"/api/v1/expos/{expo.slug}/ticket-types").json["ticket_types"]
    assert [one["label"] for one in told["questions"]] == [{"en": "How?"}, {"en": "Line?"}, {"en": "Food?"}]
    assert told["questions"][1]["if"] == {"question": str(how.id), "answers": ["bus"]}

    def order(**answers: object):
        return script.post(
            {
                "email": "ada@example.org",
                "lines": [{"ticket_type": str(kind.id), "name": "Ada", "answers": answers}],
            }
        )

    for wrong in ({str(how.id): "boat"}, {"999": "x"}, {str(food.id): "vegan"}, {str(how.id): ["bus"]}):
        assert order(**wrong).status_code == 422, wrong
    made = order(**{str(how.id): "bus", str(food.id): {"chosen": ["vegan"], "text": "no celery"}})
    assert made.status_code == 201

    (registration,) = registrations.desk([kind.conference_id])
    kept = queries.answers_of([registration.id])[registration.id]
    assert set(kept) == {how.id, food.id}
    assert line.id not in kept
    desk = Script(app, expo, a.an_organiser(expo, Role.REGISTRATION))
    (read,) = desk.get(registration.order.code).json["registrations"]
    assert read["answers"] == {str(how.id): "bus"}
    viewer = Script(app, expo, a.an_organiser(expo, Role.VIEWER))
    assert "answers" not in viewer.get(registration.order.code).json["registrations"][0]
