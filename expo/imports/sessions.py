"""Writing sessions and their occurrences, each found again by its code."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask_babel import gettext as _

from expo.expos.models import Expo
from expo.programme import actions as programme
from expo.programme import queries
from expo.programme.drafts import Billing, OccurrenceDraft, SessionDraft
from expo.programme.models import Conference, Occurrence, Room, Session
from expo.programme.values import draft_of_session
from expo.programme.words import SessionState
from expo.speakers.models import Speaker

from . import folding, texts
from .folding import Bill, OccurrenceFold, SessionFold
from .h22 import DataSet
from .refusals import BrokenFiles
from .sheets import Fault
from .tally import Tally


@dataclass(frozen=True, slots=True)
class Known:
    """What sessions point to, by the names that the files use."""

    expo: Expo
    conferences: dict[str, Conference]
    rooms: dict[str, Room]
    speakers: dict[str, Speaker]


@dataclass(frozen=True, slots=True)
class Plan:
    """The sessions of the files, parents first, and which of the expo's sessions and occurrences they are."""

    folds: list[SessionFold]
    session_of: dict[str, Session]  # by the code of the fold's first row
    occurrences: dict[str, Occurrence]


def plan(expo: Expo, found: DataSet) -> Plan:
    """Find the expo's own again. Raises BrokenFiles where an occurrence would change its session."""
    folds = folding.fold(found.sessions, found.appearances)
    occurrences = queries.occurrences_by_code(expo.id)
    by_code = queries.sessions_by_code(expo.id)
    session_of: dict[str, Session] = {}
    taken: dict[int, str] = {}
    faults: list[Fault] = []
    for each in folds:
        owners = {
            occurrences[one.row.code].session for one in each.occurrences if one.row.code in occurrences
        }
        if not owners and each.first.code in by_code:
            owners = {by_code[each.first.code]}
        if not owners:
            continue
        session = min(owners, key=lambda owner: owner.id)
        reason = _why_not(each, owners, session, taken)
        if reason:
            faults.append(Fault(each.first.row.file, each.first.row.line, "code", reason))
        taken[session.id] = each.first.code
        session_of[each.first.code] = session
    if faults:
        raise BrokenFiles(faults)
    return Plan(folds, session_of, occurrences)


def _why_not(each: SessionFold, owners: set[Session], session: Session, taken: dict[int, str]) -> str | None:
    if len(owners) > 1:
        codes = ", ".join(sorted(owner.code for owner in owners))
        return _("in the expo its rows are several sessions: %(codes)s", codes=codes)
    if session.id in taken:
        return _("in the expo it is the same session as %(code)s", code=taken[session.id])
    if session.conference.slug != each.first.conference:
        return _("in the expo it belongs to “%(slug)s”", slug=session.conference.slug)
    return None


def write(plan: Plan, known: Known, tally: Tally) -> None:
    """Make and change sessions, occurrences and who appears in them."""
    made: dict[str, Session] = {}
    for fold in plan.folds:
        there = plan.session_of.get(fold.first.code)
        parent = made[fold.first.parent] if fold.first.parent else None
        session = _session(fold, there, parent, known, tally)
        _bill(session, None, fold.bill, there is None, known, tally)
        for each in fold.occurrences:
            made[each.row.code] = session
            here = plan.occurrences.get(each.row.code)
            occurrence = _occurrence(each, session, here, known, tally)
            _bill(session, occurrence, each.bill, here is None, known, tally)
    named = {each.row.code for fold in plan.folds for each in fold.occurrences}
    tally.left_alone = len(plan.occurrences.keys() - named)


def _session(
    fold: SessionFold, there: Session | None, parent: Session | None, known: Known, tally: Tally
) -> Session:
    row = fold.first
    # What somebody has cancelled stays cancelled.
    state = there.state if there and there.state is not SessionState.DRAFT else SessionState.CONFIRMED
    # What no column says stays as it is.
    before = draft_of_session(there) if there else SessionDraft("", "")
    draft = replace(
        before,
        title=row.title,
        type=row.type,
        abstract=row.abstract,
        track=row.track,
        languages=row.languages,
        sdgs=row.sdgs,
        visibility=row.visibility,
        admission=row.admission,
        state=state,
        **texts.of_texts(row.row, "abstract", "content_notes", before.texts, before.text_language),
        **row.further,
    )
    if there is None:
        conference = known.conferences[row.conference]
        session = programme.create_session(conference=conference, draft=draft, code=row.code, parent=parent)
        tally.note("sessions", known=False, changed=True)
        return session
    changed = programme.edit_session(session=there, draft=draft, parent=parent)
    tally.note("sessions", known=True, changed=changed)
    return there


def _occurrence(
    each: OccurrenceFold, session: Session, there: Occurrence | None, known: Known, tally: Tally
) -> Occurrence:
    row = each.row
    draft = OccurrenceDraft(
        starts_at=row.starts,
        ends_at=row.ends,
        room_id=known.rooms[row.room].id,
        seats=row.capacity,
        languages=each.languages,
        abstract=each.abstract,
    )
    if there is None:
        tally.note("occurrences", known=False, changed=True)
        return programme.create_occurrence(session=session, draft=draft, code=row.code)
    tally.note("occurrences", known=True, changed=programme.edit_occurrence(occurrence=there, draft=draft))
    return there


def _bill(
    session: Session, occurrence: Occurrence | None, bill: Bill, is_new: bool, known: Known, tally: Tally
) -> None:
    if is_new and not bill:
        return
    billings = [Billing(known.speakers[slug].id, role) for slug, role in bill]
    changed = programme.bill(session=session, billings=billings, occurrence=occurrence)
    for _one in billings:
        tally.note("appearances", known=not is_new, changed=changed)
