from __future__ import annotations

from datetime import timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from expo.core import clock
from expo.core.db import db, transaction
from expo.mail import message, outbox, queries, sending
from expo.mail.models import Letter, LetterState
from expo.mail.post import Smtp
from expo.mail.sending import PostIsAway
from tests import factories as a
from tests.mail.server import Box, free_port, listening

pytestmark = pytest.mark.usefixtures("app")


def a_letter(name: str = "Ada", to: str = "ada@example.org") -> Letter:
    with transaction():
        return outbox.queue("sign_in_link", to=to, language="en", name=name, token="t")


def all_due() -> None:
    """As if the pauses were over."""
    with transaction():
        db.session.execute(sa.update(Letter).values(next_try_at=clock.real_now() - timedelta(seconds=1)))


def test_a_letter_leaves_only_if_its_cause_stays():
    with pytest.raises(ZeroDivisionError), transaction():
        outbox.queue("sign_in_link", to="ada@example.org", language="en", name="Ada", token="t")
        raise ZeroDivisionError

    assert outbox.waiting() == []


def test_a_letter_is_handed_over_once_and_then_emptied():
    letter = a_letter()
    taken: list[EmailMessage] = []

    assert sending.send_waiting(taken.append) == 1
    assert sending.send_waiting(taken.append) == 0

    db.session.refresh(letter)
    assert [message["To"] for message in taken] == ["ada@example.org"]
    assert (letter.state, letter.body) == (LetterState.SENT, "")


def test_a_letter_in_somebodys_hands_is_taken_by_nobody_else_nor_is_the_next_to_the_same_person():
    """Seen red without the lease (the second worker takes the same letter) and without the look at earlier ones."""
    first, _next_to_ada, to_bo = a_letter(), a_letter(), a_letter("Bo", "bo@example.org")

    assert [sending._claim() for _worker in range(3)] == [first.id, to_bo.id, None]


def test_a_mail_server_that_refuses_keeps_the_letter_waiting():
    letter = a_letter()

    def refuse(_letter: EmailMessage, /) -> None:
        raise OSError("no")

    with pytest.raises(PostIsAway):
        sending.send_waiting(refuse)
    db.session.refresh(letter)
    assert (letter.state, letter.attempts) == (LetterState.WAITING, 1)
    assert letter.body


def test_nobody_can_write_a_header_with_their_name():
    letter = a_letter("Eve\nBcc: all@example.org")

    made = message.of(letter)

    assert made["Bcc"] is None
    assert "\n" not in letter.subject


def test_letters_speak_the_readers_language_even_of_a_person_in_another_expo():
    person = a.a_person(a.an_expo())
    with transaction():
        letter = outbox.queue(
            "my_expo_link", to="ada@example.org", language="sv", expo_id=person.expo_id, name="Åsa", token="t"
        )
    assert "http://localhost/" in letter.body


def test_a_real_mail_server_gets_text_and_html_of_each_letter_over_one_connection():
    box = Box()
    for _number in range(3):
        a_letter("Åsa")
    with listening(box, free_port()) as url:
        assert sending.send_waiting(Smtp(url, bounces="bounces@example.org")) == 3

    letter = box.letters[0]
    assert [part.get_content_type() for part in letter.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    text, html = (part.get_content() for part in letter.iter_parts())
    assert "Hello Åsa," in text
    assert "Hello Åsa," in html
    assert 'href="http://localhost/login/t"' in html
    assert '<html lang="en" dir="ltr">' in html
    assert "<script" not in html
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "en"
    assert letter["List-Unsubscribe"] is None
    assert box.envelopes[0] == ("bounces@example.org", ["ada@example.org"])
    assert box.connections == 1
    assert len({letter["Message-ID"] for letter in box.letters}) == 3


def test_a_letter_of_an_evil_name_stays_text():
    made = message.of(a_letter('Eve <img src="https://evil.example/x"> & sons'))

    html = made.get_body(("html",))
    assert html is not None
    assert "<img" not in html.get_content()
    assert "Eve &lt;img" in html.get_content()


def test_a_mailbox_that_does_not_exist_is_given_up_at_once_and_holds_nobody_back():
    box = Box()
    bad, good = a_letter(to="nobody@example.org"), a_letter()
    with listening(box, free_port()) as url:
        assert sending.send_waiting(Smtp(url)) == 1

    db.session.refresh(bad)
    db.session.refresh(good)
    assert (bad.state, good.state) == (LetterState.FAILED, LetterState.SENT)
    assert "no such mailbox" in (bad.last_error or "")
    assert queries.counts().failed == 1


def test_what_was_given_up_can_be_tried_again():
    box, bad = Box(), a_letter(to="nobody@example.org")
    with listening(box, free_port()) as url:
        sending.send_waiting(Smtp(url))
        assert sending.retry(letter_id=bad.id) == 1
        with transaction():
            db.session.execute(sa.update(Letter).values(recipient="ada@example.org"))
        assert sending.send_waiting(Smtp(url)) == 1


def test_a_server_that_says_later_is_asked_later_and_the_persons_other_letters_wait_behind():
    """Red without the look at earlier letters in _claim."""
    box = Box()
    first, second = a_letter("First"), a_letter("Second")
    other = a_letter(to="grace@example.org")
    with listening(box, free_port()) as url:
        box.answer = lambda letter: "451 later" if letter["To"] == "ada@example.org" else "250 taken"
        assert sending.send_waiting(Smtp(url)) == 1
        box.answer = lambda _letter: "250 taken"
        assert sending.send_waiting(Smtp(url)) == 0
        all_due()
        assert sending.send_waiting(Smtp(url)) == 2

    assert [letter["Message-ID"] for letter in box.letters] == [
        other.message_id,
        first.message_id,
        second.message_id,
    ]


def test_after_days_nobody_tries_any_more():
    letter = a_letter()
    with transaction():
        db.session.execute(sa.update(Letter).values(created_at=clock.real_now() - timedelta(days=6)))

    assert sending.send_waiting(Smtp(f"smtp://127.0.0.1:{free_port()}")) == 0

    db.session.refresh(letter)
    assert letter.state is LetterState.FAILED


def test_a_mail_server_that_is_away_blames_no_letter_and_all_leave_in_order_when_it_is_back():
    """Red with a limit of tries, and without the order of each person."""
    people = ["ada@example.org", "grace@example.org", "edsger@example.org"]
    written = {to: [a_letter(to=to).message_id for _number in range(4)] for to in people}
    port = free_port()
    for _try in range(30):
        all_due()
        with pytest.raises(PostIsAway):
            sending.send_waiting(Smtp(f"smtp://127.0.0.1:{port}"))

    box = Box()
    all_due()
    with listening(box, port) as url:
        assert sending.send_waiting(Smtp(url)) == 12

    arrived = {to: [one["Message-ID"] for one in box.letters if one["To"] == to] for to in people}
    assert arrived == written


def test_a_letter_that_nobody_needs_says_where_to_decline_it():
    with transaction():
        letter = outbox.queue(
            "sign_in_link", to="ada@example.org", language="en", name="Ada", token="t",
            unsubscribe="https://expo.example/stop/abc",
        )  # fmt: skip

    made = message.of(letter)

    assert made["List-Unsubscribe"] == "<https://expo.example/stop/abc>"
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
