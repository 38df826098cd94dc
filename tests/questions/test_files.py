"""Files that are handed in: by their content, made anew, kept where no address leads, gone with their answer."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from PIL import Image

from expo.core import clock
from expo.core.checks import broken
from expo.core.db import db, transaction
from expo.questions import answering, files, queries, retention
from expo.questions.models import AnswerFile, Kind
from expo.questions.refusals import BadFile
from expo.questions.values import Given
from tests import factories as a

from .asking import a_picture, a_question, given, judged, registered

pytestmark = pytest.mark.feature("R6")


def stored() -> list[str]:
    return sorted(file.name for file in files.folder().iterdir()) if files.folder().is_dir() else []


@pytest.fixture(autouse=True)
def _empty(app):
    for name in stored():
        (files.folder() / name).unlink()


def test_a_photo_is_made_anew_upright_small_and_without_what_the_camera_wrote(app):
    question = a_question(a.a_conference(), kind=Kind.PHOTO)
    where = Image.Exif()
    where[0x0110], where[0x0112] = "Camera 4711", 6  # its model; turned by 90°
    where.get_ifd(0x8825)[1] = "N"
    sent = a_picture("JPEG", (3000, 2000), exif=where)
    assert b"Camera 4711" in sent

    token = files.keep(question, name="C:\\fakepath\\Åsa\r\n.png", content=sent)

    file = files.waiting(question, token)
    made = files.content(file)
    assert b"Camera 4711" not in made
    with Image.open(io.BytesIO(made)) as picture:
        assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (800, 1200), {})
    assert files.told(file) == {"name": "Åsa.jpg", "type": "image/jpeg", "size": len(made)}


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        (Kind.PHOTO, b"%PDF-1.7 not a picture"),
        (Kind.FILE, b"<svg onload=alert(1)>"),
        (Kind.FILE, b"MZ\x90 a program called plan.pdf"),
        (Kind.FILE, b"\xff\xd8\xff cut off"),
        (Kind.FILE, b""),
        (Kind.FILE, b"%PDF-" + b"x" * files.MOST_BYTES),
    ],
)
@pytest.mark.once
def test_what_is_neither_pdf_nor_picture_is_refused_whatever_it_is_called(app, kind, content):
    question = a_question(a.a_conference(), kind=kind)
    with pytest.raises(BadFile):
        files.keep(question, name="plan.pdf", content=content)
    assert stored() == []


@pytest.mark.once
def test_a_picture_that_would_fill_the_memory_is_refused_before_it_is_unpacked(app):
    question = a_question(a.a_conference(), kind=Kind.FILE)
    bomb = io.BytesIO()
    Image.new("1", (9000, 9000)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 50_000
    with pytest.raises(BadFile, match="pixels"):
        files.keep(question, name="a.png", content=bomb.getvalue())


def test_a_file_of_a_sealed_question_lies_sealed_on_the_disk_with_its_name(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, kind=Kind.FILE, is_sealed=True)
    token = files.keep(question, name="passport of Ada.pdf", content=b"%PDF-1.7 Ada Lovelace")
    registration = registered(ticket, {question: Given(file=token)})

    answer = queries.answer(registration.id, question.id)
    file = files.of_answer(answer.id)
    on_disk = (files.folder() / file.stored).read_bytes()
    assert b"Lovelace" not in on_disk
    assert b"PDF" not in on_disk
    assert b"Ada" not in answer.sealed + file.sealed
    assert file.told is None
    assert files.content(file) == b"%PDF-1.7 Ada Lovelace"
    assert answering.value_of(answer)["name"] == "passport of Ada.pdf"


def test_a_token_claims_its_file_once_for_its_own_question(app):
    ticket = a.a_ticket_type(a.a_conference())
    mine = a_question(ticket.conference, "Photo", kind=Kind.PHOTO, required=True)
    other = a_question(ticket.conference, "Other", kind=Kind.PHOTO)
    token = files.keep(mine, name="a.jpg", content=a_picture())

    assert judged(ticket, {mine: Given(file=token), other: Given(file=token)}).files.keys() == {mine.id}
    registered(ticket, {mine: Given(file=token)})
    assert set(judged(ticket, {mine: Given(file=token)}).problems) == {mine.id}


def test_another_file_takes_the_place_of_the_first_and_nothing_sent_keeps_it(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, kind=Kind.FILE, required=True)
    first = files.keep(question, name="first.pdf", content=b"%PDF-first")
    registration = registered(ticket, {question: Given(file=first)})
    assert answering.change(registration=registration, given={}).problems == {}

    second = files.keep(question, name="second.pdf", content=b"%PDF-second")
    answering.change(registration=registration, given=given({question: Given(file=second)}))

    answer = queries.answer(registration.id, question.id)
    assert answer.value["name"] == "second.pdf"
    assert files.content(files.of_answer(answer.id)) == b"%PDF-second"
    assert len(stored()) == 1


def test_a_file_goes_with_its_answer_and_stays_where_the_deletion_was_undone(app):
    ticket = a.a_ticket_type(a.a_conference())
    question = a_question(ticket.conference, kind=Kind.FILE)
    token = files.keep(question, name="a.pdf", content=b"%PDF-a")
    registration = registered(ticket, {question: Given(file=token)})

    with pytest.raises(ZeroDivisionError), transaction():
        retention.forget_person(person_id=registration.person_id)
        1 / 0  # noqa: B018
    assert len(stored()) == 1

    with transaction():
        retention.forget_person(person_id=registration.person_id)
    assert stored() == []
    assert db.session.query(AnswerFile).count() == 0


def test_what_nobody_claimed_in_a_day_is_swept_away(app, monkeypatch):
    question = a_question(a.a_conference(), kind=Kind.FILE)
    files.keep(question, name="a.pdf", content=b"%PDF-a")
    (files.folder() / ("f" * 48)).write_bytes(b"left by a crash")
    assert files.sweep() == 0

    later = clock.real_now() + timedelta(days=1, minutes=1)
    monkeypatch.setattr(clock, "real_now", lambda: later)
    assert files.sweep() == 2
    assert stored() == []


def test_the_check_misses_a_file_that_is_gone(app):
    question = a_question(a.a_conference(), kind=Kind.FILE)
    files.keep(question, name="a.pdf", content=b"%PDF-a")
    assert list(broken()) == []
    for name in stored():
        (files.folder() / name).unlink()

    assert "not in the folder" in " ".join(sentence for _promise, sentence in broken())
