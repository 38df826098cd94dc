"""Files of sessions: drafted, released, replaced, taken away, erased."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta

import pytest

from expo.core import checks, clock
from expo.core.db import db, transaction
from expo.core.personal import Subject, parts
from expo.core.refusals import ChangedMeanwhile, NotFound
from expo.programme import actions, contributors, handouts, removing, session_files
from expo.programme.drafts import Contribution, Material
from expo.programme.file_models import SessionFile
from expo.programme.session_files import BadFile, Upload
from expo.programme.values import draft_of_session
from expo.programme.words import MaterialKind
from expo.publishing import queries as publishing
from expo.speaking import handing_in
from tests import factories as a
from tests.speaking.asking import asked

from .handing_in import PDF

pytestmark = [pytest.mark.feature("P16"), pytest.mark.usefixtures("app")]
SLIDES = Material(MaterialKind.SLIDES, "Slides")


def on_disk() -> int:
    return len(list(session_files.folder().iterdir())) if session_files.folder().is_dir() else 0


@pytest.fixture(autouse=True)
def _empty(app):
    if session_files.folder().is_dir():
        for file in session_files.folder().iterdir():
            file.unlink()


def rows() -> list[SessionFile]:
    return db.session.query(SessionFile).order_by(SessionFile.id).all()


def test_a_file_stands_in_the_draft_then_in_the_programme_and_every_row_has_its_file():
    session = a.a_session(published=False).session

    handouts.save(session=session, material=SLIDES, row=None, version=1, upload=Upload("a.exe", PDF))
    contributors.save(
        session=session, contribution=Contribution("Talk"), speaker="", row=None, version=None,
        upload=Upload("b.pdf", PDF + b"!"),
    )  # fmt: skip
    a.publish(session.conference.expo)

    assert [one.name for one in rows()] == ["a.pdf", "b.pdf"]
    content = publishing.content(session.id)
    assert session_files.numbers(content.materials, content.contributions) == {one.id for one in rows()}
    assert session_files.place(rows()[0]).read_bytes() == PDF
    session_files.place(rows()[0]).unlink()
    assert [found for _promise, found in checks.broken()] == [
        f"the file {rows()[0].id} is not in the folder of uploads"
    ]


@pytest.mark.parametrize(
    "content", [b"MZ\x90\x00", b"\x89PNG\r\n\x1a\n cut off", b"%PDF-" + b"x" * session_files.MOST_BYTES]
)
def test_what_is_no_document_is_refused_and_nothing_of_it_stays(content):
    session = a.a_session(published=False).session
    with pytest.raises(BadFile):
        handouts.save(session=session, material=SLIDES, row=None, version=1, upload=Upload("a.pdf", content))
    assert (rows(), on_disk(), session.materials) == ([], 0, [])


def test_who_was_too_late_hands_in_nothing():
    session = a.a_session(published=False).session
    with pytest.raises(ChangedMeanwhile):
        handouts.save(session=session, material=SLIDES, row=None, version=7, upload=Upload("a.pdf", PDF))
    assert rows() == []


def test_the_files_of_a_session_have_a_limit_together(monkeypatch):
    monkeypatch.setattr(session_files, "MOST_OF_SESSION", 30)
    session = a.a_session(published=False).session
    handouts.save(session=session, material=SLIDES, row=None, version=None, upload=Upload("a.pdf", PDF))
    with pytest.raises(BadFile, match="files of this session"):
        handouts.save(session=session, material=SLIDES, row=None, version=None, upload=Upload("b.pdf", PDF))


def test_what_nothing_names_goes_after_its_time_and_comes_back_with_what_is_taken_back():
    session = a.a_session(published=False).session
    handouts.save(session=session, material=SLIDES, row=None, version=None, upload=Upload("a.pdf", PDF))
    was = list(session.materials)
    a.publish(session.conference.expo)
    handouts.remove(session=session, row=0, version=session.version)
    forget()
    assert rows()[0].unnamed_since is None  # the programme still shows it
    a.publish(session.conference.expo)
    forget()
    assert rows()[0].unnamed_since is not None

    with transaction():
        session.materials = was
    forget()
    assert rows()[0].unnamed_since is None
    with transaction():
        session.materials = []
    forget()
    assert forget(clock.now() + timedelta(seconds=1)) == 1
    assert (rows(), on_disk()) == ([], 0)


def forget(before=None) -> int:
    with transaction():
        return session_files.forget_unnamed(before or clock.now() - timedelta(days=30))


def test_a_crash_leaves_a_file_without_a_row_for_a_day_at_most():
    session_files.folder().mkdir(parents=True, exist_ok=True)
    stray = session_files.folder() / "stray"
    stray.write_bytes(PDF)
    session_files.sweep()
    assert stray.exists()
    long_ago = (clock.real_now() - timedelta(days=2)).timestamp()
    os.utime(stray, (long_ago, long_ago))
    session_files.sweep()
    assert not stray.exists()


def test_a_session_that_is_removed_takes_its_files_with_it():
    session = a.a_session(published=False).session
    handouts.save(session=session, material=SLIDES, row=None, version=None, upload=Upload("a.pdf", PDF))
    removing.remove_session(session=session)
    assert (rows(), on_disk()) == ([], 0)


def test_who_is_erased_takes_what_they_handed_in_out_of_draft_and_programme_and_had_it_in_their_archive():
    appearance = asked(a.a_session(published=False))
    session, speaker = appearance.session, appearance.speaker
    person = a.a_person(session.conference.expo)
    with transaction():
        speaker.person_id = person.id
    upload = Upload("secret life.pdf", PDF, speaker.id)
    handing_in.hand_in(appearance=appearance, upload=upload, row=None, title="", version=session.version)
    handouts.save(session=session, material=SLIDES, row=None, version=None, upload=Upload("theirs.pdf", PDF))
    a.publish(session.conference.expo)
    part = next(one for one in parts() if one.name == "programme")
    who = Subject(person.id, person.expo_id, person.name, None)
    assert [one["name"] for one in part.tell(who)] == ["secret life.pdf"]
    assert list(part.files(who).values()) == [PDF]

    with transaction():
        part.erase(who)

    db.session.expire_all()
    assert [one.name for one in rows()] == ["theirs.pdf"]
    for column in (session.materials, publishing.content(session.id).materials):
        assert session_files.numbers(column) == {rows()[0].id}
        assert [row["title"] for row in column] == ["Slides"], "a title says whose they were"
    actions.edit_session(session=session, draft=replace(draft_of_session(session), title="Another title"))


def test_a_speaker_reaches_their_own_contribution_and_no_other():
    appearance = asked(a.a_session(published=False))
    session = appearance.session
    own = Contribution("Mine", speaker_id=appearance.speaker_id)
    actions.edit_session(
        session=session,
        draft=replace(draft_of_session(session), contributions=(Contribution("Another's"), own)),
    )
    theirs = handing_in.theirs(appearance)
    assert [row for row, _one in theirs.contributions] == [1]
    with pytest.raises(NotFound, match="not there"):
        handing_in.hand_in(
            appearance=appearance, upload=Upload("a.pdf", PDF), row=0, title="", version=session.version
        )
    handing_in.hand_in(
        appearance=appearance,
        upload=Upload("a.pdf", PDF, appearance.speaker_id),
        row=1,
        title="",
        version=session.version,
    )
    (file,) = [file for _title, file in handing_in.theirs(appearance).files]
    handing_in.take_back(appearance=appearance, file_id=file.id, version=session.version)
    assert handing_in.theirs(appearance).files == []
    assert [one["title"] for one in session.contributions] == ["Another's", "Mine"]
