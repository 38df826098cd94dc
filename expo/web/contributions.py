"""The form of a contribution, which organisers and co-hosts fill in alike."""

from __future__ import annotations

from typing import Any

from flask import abort, request

from expo.programme import contributors
from expo.programme.contributing import LONGEST, read
from expo.programme.drafts import Contribution
from expo.programme.models import Session
from expo.programme.texts import LONGEST_LINK, LONGEST_NOTE
from expo.speakers import queries as speakers
from expo.web.forms import TextBlock, TextLine, VersionedForm, WholeNumber, needed, short
from expo.web.session_files import WithFile, sent
from expo.web.texts import _l


class ContributionForm(WithFile, VersionedForm):
    """A part of a session that somebody gives."""

    title = TextLine(_l("Title"), [needed(_l("Give it a title.")), short(250)])
    speaker = TextLine(
        _l("Speaker"), [short(200)], description=_l("A name; somebody new is added to the speakers.")
    )
    minutes = WholeNumber(_l("Minutes"), least=1, most=LONGEST)
    text = TextBlock(_l("Text"), [short(LONGEST_NOTE * 4)])
    url = TextLine(_l("Link"), [short(LONGEST_LINK)], description=_l("Begins with https://."))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for field in self:  # it stands beside the session's own form
            field.id = f"contribution-{field.short_name}"

    @classmethod
    def of(cls, session: Session, row: int | None = None, sent: Any = None) -> ContributionForm:
        """The form of one of the session's contributions, or of one to come."""
        saved: dict[str, Any] = {"version": session.version}
        if row is not None:
            known = read(session.contributions)[row]
            saved |= {name: getattr(known, name) for name in ("title", "minutes", "text", "url")}
            found = speakers.by_ids(session.expo_id, {known.speaker_id or 0})
            saved["speaker"] = found[0].name if found else ""
        form = cls(sent, data=saved)
        form.kept = read(session.contributions)[row].file if row is not None else None
        return form

    def read(self) -> Contribution:
        return Contribution(
            title=self.title.data or "",
            minutes=self.minutes.data,
            text=self.text.data or "",
            url=self.url.data or "",
            file=self.stays,
        )


def row_of(session: Session, text: str | None) -> int | None:
    """The place of one of its contributions, None for none; 404 where there is no such place."""
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 3 or int(text) >= len(session.contributions):
        abort(404)
    return int(text)


def saved(session: Session) -> tuple[bool, ContributionForm, int | None]:
    """Keep what was sent of one of its contributions, or of a new one. Whether it was kept, the form, and its place."""
    row = row_of(session, request.form.get("row"))
    form = ContributionForm.of(session, row, sent=request.form)

    def save() -> None:
        contributors.save(
            session=session,
            contribution=form.read(),
            speaker=form.speaker.data or "",
            row=row,
            version=form.seen,
            upload=sent(),
        )

    return form.validate() and form.accepts(save), form, row


def taken_away(session: Session) -> None:
    """Take the contribution away that was sent; 404 where there is none."""
    row = row_of(session, request.form.get("row"))
    if row is None:
        abort(404)
    contributors.remove(
        session=session, row=row, version=ContributionForm.of(session, sent=request.form).seen
    )


def shown(session: Session) -> list[tuple[int, Contribution, str]]:
    """Its contributions with their places and whoever gives them."""
    known = read(session.contributions)
    named = {
        one.id: one.name for one in speakers.by_ids(session.expo_id, {one.speaker_id or 0 for one in known})
    }
    return [(number, one, named.get(one.speaker_id or 0, "")) for number, one in enumerate(known)]
