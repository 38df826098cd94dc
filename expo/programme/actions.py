"""Actions on conferences, sessions and occurrences. All of it is draft until a release publishes it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import uuid4

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.capacity import pools
from expo.core import audit, clock, news, stamps
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import free_slug, one_line
from expo.expos.models import Expo
from expo.organisations import actions as organisations
from expo.organisations import queries as organisation_queries
from expo.speakers import queries as speakers

from . import clashes, codes, places, queries, texts
from .drafts import Billing, ConferenceDraft, OccurrenceDraft, SessionDraft
from .models import Appearance, Conference, ConferenceHost, Occurrence, Session
from .news import ConferenceDaysChanged
from .refusals import CodeTaken
from .values import check_conference, check_session, of_occurrence, of_session, plain
from .words import AppearanceState

_DAYS = ("starts_on", "ends_on", "closed_dates", "time_zone", "day_change_hour")


def save_conference(
    *,
    expo: Expo,
    draft: ConferenceDraft,
    conference: Conference | None = None,
    slug: str | None = None,
    parent: Conference | None = None,
    version: int | None = None,
) -> tuple[Conference, bool]:
    """Make a conference, or change this one. Dates, mode and visibility hold at once; sessions wait for a
    release. Returns it and whether anything changed.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first, BadInput.
    """
    check_conference(draft)
    with transaction():
        values = asdict(draft)
        hosts = values.pop("hosts")
        values["title"] = one_line(draft.title)
        values["other_names"] = list(dict.fromkeys(one_line(name) for name in draft.other_names))
        values["closed_dates"] = [day.isoformat() for day in draft.closed_dates]
        del values["texts"]
        values |= texts.columns(draft.text_language, draft.texts, "descriptions", "place_texts")
        values["parent_id"] = parent.id if parent else None
        if conference is None:
            conference = _new_conference(expo, values, slug)
            _name_hosts(conference, hosts)
            return conference, True
        _same_version(conference, version)
        before = {key: getattr(conference, key) for key in values}
        hosts_before = queries.hosts([conference.id])[conference.id]
        if before == values and hosts_before == [one_line(host) for host in hosts]:
            return conference, False
        _change(conference, values)
        _name_hosts(conference, hosts)
        hosts_after = queries.hosts([conference.id])[conference.id]
        _record_change(
            "conference", conference, {**before, "hosts": hosts_before}, {**values, "hosts": hosts_after}
        )
        stamps.raise_stamp(f"programme:{expo.id}")
        if any(before[key] != values[key] for key in _DAYS):
            db.session.flush()
            news.tell(ConferenceDaysChanged(conference.id))
    return conference, True


def let_second_approve(*, conference: Conference, wanted: bool) -> None:
    """Say whether what is published of a conference needs a second person."""
    with transaction():
        lock(conference)
        if conference.second_approves == wanted:
            return
        conference.second_approves = wanted
        audit.record(
            "conference_changed", "conference", conference.id, expo_id=conference.expo_id,
            before={"second_approves": not wanted}, after={"second_approves": wanted},
        )  # fmt: skip


def cancel_conference(*, conference: Conference, why: str) -> None:
    """Say that a conference does not take place. Holds at once; its sessions are cancelled by whoever calls. Twice is
    once."""
    with transaction():
        lock(conference)
        if conference.cancelled_at is not None:
            return
        conference.cancelled_at = clock.now()
        audit.record(
            "conference_cancelled", "conference", conference.id, expo_id=conference.expo_id, why=why or None
        )
        stamps.raise_stamp(f"programme:{conference.expo_id}")


def _new_conference(expo: Expo, values: dict[str, Any], slug: str | None) -> Conference:
    taken = {other.slug for other in queries.conferences(expo.id)}
    now = clock.now()
    conference = Conference(
        expo_id=expo.id, slug=slug or free_slug(values["title"], taken), version=1, created_at=now,
        changed_at=now, **values,
    )  # fmt: skip
    db.session.add(conference)
    db.session.flush()
    audit.record("conference_created", "conference", conference.id, expo_id=expo.id, after=plain(values))
    stamps.raise_stamp(f"programme:{expo.id}")
    return conference


def create_session(
    *, conference: Conference, draft: SessionDraft, code: str | None = None, parent: Session | None = None
) -> Session:
    """Add a session to a conference's draft. Raises CodeTaken, BadInput."""
    check_session(draft)
    with transaction():
        code = code or codes.free_code(conference)
        if db.session.scalar(
            sa.select(Session.id).where(Session.expo_id == conference.expo_id, Session.code == code)
        ):
            raise CodeTaken(_("There is already a session with the code %(code)s.", code=code), field="code")
        _check_parent(conference, None, parent)
        session = new_session(conference, of_session(conference, draft), code, parent)
        db.session.flush()
        made_session(session, draft)
    return session


def new_session(conference: Conference, values: dict[str, Any], code: str, parent: Session | None) -> Session:
    """The row of a session that is being made."""
    now = clock.now()
    session = Session(
        expo_id=conference.expo_id, conference_id=conference.id, code=code, version=1, created_at=now,
        changed_at=now, parent_id=parent.id if parent else None, **values,
    )  # fmt: skip
    db.session.add(session)
    return session


def made_session(session: Session, draft: SessionDraft) -> None:
    """Say in the record that it was made."""
    audit.record(
        "session_created", "session", session.id, expo_id=session.expo_id, after=plain(asdict(draft))
    )


def edit_session(
    *,
    session: Session,
    draft: SessionDraft,
    parent: Session | None = None,
    version: int | None = None,
    keep: str = "",
) -> bool:
    """Change a session's content in the draft. Returns whether anything changed.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first; Clashes when it is confirmed
    into something else and `keep` gives no reason; BadInput.
    """
    check_session(draft)
    with transaction():
        clashes.hold(session.expo_id)
        _same_version(session, version)
        _check_parent(session.conference, session, parent)
        values = {**of_session(session.conference, draft), "parent_id": parent.id if parent else None}
        before = {key: getattr(session, key) for key in values}
        if before == values:
            return False
        _change(session, values)
        _record_change("session", session, before, values)
        if before["state"] != values["state"]:
            clashes.check(session, keep=keep)
    return True


def create_occurrence(
    *, session: Session, draft: OccurrenceDraft, code: str | None = None, keep: str = ""
) -> Occurrence:
    """Give a session one more time and room. Its UID is made here, once, for ever.

    Raises Clashes when something else is there or somebody elsewhere, and `keep` gives no reason; BadPlacement.
    """
    with transaction():
        clashes.hold(session.expo_id)
        values = of_occurrence(session, draft)
        pool_id = pools.create(session.expo_id, draft.seats).id
        occurrence = new_occurrence(session, values, code or codes.free_occurrence_code(session), pool_id)
        db.session.flush()
        made_occurrence(occurrence, values)
        clashes.check(session, keep=keep)
    return occurrence


def new_occurrence(session: Session, values: dict[str, Any], code: str, pool_id: int) -> Occurrence:
    """The row of a time that is being made."""
    now = clock.now()
    occurrence = Occurrence(
        expo_id=session.expo_id, session_id=session.id, uid=f"{uuid4()}@expo", code=code, pool_id=pool_id,
        version=1, created_at=now, changed_at=now, **values,
    )  # fmt: skip
    db.session.add(occurrence)
    return occurrence


def made_occurrence(occurrence: Occurrence, values: dict[str, Any]) -> None:
    """Say in the record that it was made."""
    audit.record(
        "occurrence_created", "occurrence", occurrence.id, expo_id=occurrence.expo_id, after=plain(values)
    )


def edit_occurrence(
    *, occurrence: Occurrence, draft: OccurrenceDraft, version: int | None = None, keep: str = ""
) -> bool:
    """Move an occurrence or change its seats, in the draft. Returns whether anything changed.

    Raises ChangedMeanwhile; Clashes when `keep` gives no reason for them; BadPlacement.
    """
    with transaction():
        clashes.hold(occurrence.expo_id)
        _same_version(occurrence, version)
        values = of_occurrence(occurrence.session, draft)
        before = {key: getattr(occurrence, key) for key in values}
        if before == values:
            return False
        _change(occurrence, values)
        _record_change("occurrence", occurrence, before, values)
        clashes.check(occurrence.session, keep=keep)
    return True


def cancel_occurrence(*, occurrence: Occurrence, why: str) -> None:
    """Take an occurrence out of the draft; the next release tells everybody. Cancelling twice is cancelling once."""
    with transaction():
        if occurrence.cancelled_at:
            return
        occurrence.cancelled_at = occurrence.changed_at = clock.now()
        occurrence.version += 1
        audit.record("occurrence_cancelled", "occurrence", occurrence.id, expo_id=occurrence.expo_id, why=why)


def restore_occurrence(*, occurrence: Occurrence, keep: str = "") -> None:
    """Take a cancellation back. Raises Clashes when its place was taken meanwhile and `keep` gives no reason."""
    with transaction():
        if occurrence.cancelled_at is None:
            return
        occurrence.cancelled_at, occurrence.changed_at = None, clock.now()
        occurrence.version += 1
        audit.record("occurrence_restored", "occurrence", occurrence.id, expo_id=occurrence.expo_id)
        clashes.check(occurrence.session, keep=keep)


def bill(
    *, session: Session, billings: list[Billing], occurrence: Occurrence | None = None, keep: str = ""
) -> bool:
    """Say who appears in a session (or in one of its occurrences), in this order. Those who stay keep their answer.

    Returns whether anything changed. Raises Clashes when somebody is elsewhere then and `keep` gives no reason.
    """
    with transaction():
        wanted = {billing.speaker_id for billing in billings}
        if speakers.of_expo(session.expo_id, wanted) != wanted:
            raise BadInput(_("There is no such speaker in this expo."), field="speaker")
        roles = {
            billing.role: places.find_or_create_role(session.conference.expo, billing.role)
            for billing in billings
        }
        now = [
            appearance
            for appearance in queries.appearances(session.id)
            if appearance.occurrence_id == (occurrence.id if occurrence else None)
        ]
        before = [(appearance.speaker_id, appearance.role_id) for appearance in now]
        after = list(dict.fromkeys((billing.speaker_id, roles[billing.role].id) for billing in billings))
        if before == after:
            return False
        kept = {(appearance.speaker_id, appearance.role_id): appearance for appearance in now}
        for pair, appearance in kept.items():
            if pair not in after:
                db.session.delete(appearance)
        confirmed = {(b.speaker_id, roles[b.role].id): b.confirmed for b in billings}
        for position, pair in enumerate(after):
            appearance = kept.get(pair) or Appearance(
                expo_id=session.expo_id,
                session_id=session.id,
                occurrence_id=occurrence.id if occurrence else None,
                speaker_id=pair[0],
                role_id=pair[1],
                state=AppearanceState.CONFIRMED if confirmed[pair] else AppearanceState.INVITED,
                state_since=clock.now(),
            )
            appearance.position = position
            db.session.add(appearance)
        db.session.flush()
        audit.record(
            "bill_changed", "session", session.id, expo_id=session.expo_id, before=before,
            after={"people": after, "occurrence": occurrence.id} if occurrence else after,
        )  # fmt: skip
        clashes.check(session, keep=keep)
    return True


def _check_parent(conference: Conference, session: Session | None, parent: Session | None) -> None:
    """A session stands under another of its conference, and under none that stands under itself."""
    above = parent
    while above is not None:
        if above is session:
            raise BadInput(_("A session cannot stand under itself."), field="parent")
        if above.conference_id != conference.id:
            raise BadInput(_("That session belongs to another conference."), field="parent")
        above = above.parent


def _same_version(row: Conference | Session | Occurrence, version: int | None) -> None:
    lock(row)
    if version is not None and row.version != version:
        raise ChangedMeanwhile(
            _("Somebody else changed this while you were writing. Look at their version, then save again.")
        )


def _change(row: Conference | Session | Occurrence, values: dict[str, Any]) -> None:
    for key, value in values.items():
        setattr(row, key, value)
    row.version += 1
    row.changed_at = clock.now()


def _record_change(
    subject: str, row: Conference | Session | Occurrence, before: dict[str, Any], after: dict[str, Any]
) -> None:
    """Write down what became other, and nothing else."""
    changed = [key for key in after if before[key] != after[key]]
    audit.record(
        f"{subject}_changed",
        subject,
        row.id,
        expo_id=row.expo_id,
        before=plain({key: before[key] for key in changed}),
        after=plain({key: after[key] for key in changed}),
    )


def _name_hosts(conference: Conference, hosts: tuple[str, ...]) -> None:
    db.session.execute(sa.delete(ConferenceHost).where(ConferenceHost.conference_id == conference.id))
    bodies = [organisation_queries.by_name(name) or organisations.find_or_create(name=name) for name in hosts]
    for position, body_id in enumerate(dict.fromkeys(body.id for body in bodies)):
        db.session.add(
            ConferenceHost(
                expo_id=conference.expo_id,
                conference_id=conference.id,
                organisation_id=body_id,
                position=position,
            )
        )
    db.session.flush()
