from __future__ import annotations

import asyncio
import socket
from email.message import EmailMessage

import pytest
from aiosmtpd.controller import Controller

from expo.core.db import db, transaction
from expo.mail import outbox
from expo.mail.models import Letter, LetterState
from expo.mail.post import Smtp
from tests import factories as a

pytestmark = pytest.mark.usefixtures("app")


def a_letter(name: str = "Ada") -> Letter:
    with transaction():
        return outbox.queue("sign_in_link", to="ada@example.org", language="en", name=name, token="t")


def test_a_letter_leaves_only_if_its_cause_stays():
    with pytest.raises(ZeroDivisionError), transaction():
        outbox.queue("sign_in_link", to="ada@example.org", language="en", name="Ada", token="t")
        raise ZeroDivisionError

    assert outbox.waiting() == []


def test_a_letter_is_handed_over_once_and_then_emptied():
    letter, taken = a_letter(), []

    assert outbox.send_waiting(taken.append) == 1
    assert outbox.send_waiting(taken.append) == 0

    db.session.refresh(letter)
    assert [message["To"] for message in taken] == ["ada@example.org"]
    assert (letter.state, letter.body) == (LetterState.SENT, "")


def test_a_mail_server_that_refuses_keeps_the_letter_waiting():
    letter = a_letter()

    def refuse(_message: EmailMessage) -> None:
        raise OSError("no")

    assert outbox.send_waiting(refuse) == 0
    db.session.refresh(letter)
    assert (letter.state, letter.attempts) == (LetterState.WAITING, 1)
    assert letter.body


def test_nobody_can_write_a_header_with_their_name():
    letter = a_letter("Eve\nBcc: all@example.org")

    message = outbox.as_message(letter)

    assert message["Bcc"] is None
    assert "\n" not in letter.subject


def test_letters_speak_the_readers_language_even_of_a_person_in_another_expo():
    person = a.a_person(a.an_expo())
    with transaction():
        letter = outbox.queue(
            "my_expo_link", to="ada@example.org", language="sv", expo_id=person.expo_id, name="Åsa", token="t"
        )
    assert "http://localhost/" in letter.body


class _Box:
    def __init__(self) -> None:
        self.letters: list[bytes] = []

    async def handle_DATA(self, _server, _session, envelope):
        await asyncio.sleep(0)
        self.letters.append(envelope.content)
        return "250 taken"


def test_a_real_mail_server_gets_it():
    box = _Box()
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), ready_timeout=20)
    controller.start()
    try:
        a_letter("Åsa")
        assert outbox.send_waiting(Smtp(f"smtp://127.0.0.1:{controller.port}")) == 1
    finally:
        controller.stop()

    assert b"Message-ID: <" in box.letters[0]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
