"""Actions on what goes on in the city beside the programme. It holds at once: no release says it."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, stamps
from expo.core.db import db, transaction
from expo.core.refusals import BadInput, ChangedMeanwhile
from expo.core.text import one_line
from expo.expos.models import Expo

from . import texts
from .drafts import OutsideEventDraft
from .outside_models import OutsideEvent
from .values import YEARS, plain


def save_outside_event(
    *, expo: Expo, draft: OutsideEventDraft, event: OutsideEvent | None = None, version: int | None = None
) -> OutsideEvent:
    """Note something outside the programme, or change it.

    Raises ChangedMeanwhile when `version` is given and somebody else saved first, BadInput.
    """
    _check(draft)
    values = {**asdict(draft), "title": one_line(draft.title), "place": one_line(draft.place)}
    event_id = event.id if event else None
    with transaction():
        if event_id is None:
            now = clock.now()
            event = OutsideEvent(expo_id=expo.id, version=1, created_at=now, changed_at=now, **values)
            db.session.add(event)
            db.session.flush()
            _record("outside_event_created", event, after=values)
        else:
            event = _held(event_id)
            if event is None:
                raise ChangedMeanwhile(_("Somebody else has removed this while you were writing."))
            if event.calendar_id is not None:
                raise BadInput(_("It comes from a partner's calendar, and is changed there."))
            if version is not None and event.version != version:
                raise ChangedMeanwhile(
                    _(
                        "Somebody else changed this while you were writing. Look at their version, then save again."
                    )
                )
            before = {name: getattr(event, name) for name in values}
            if before == values:
                return event
            for name, value in values.items():
                setattr(event, name, value)
            event.version += 1
            event.changed_at = clock.now()
            changed = [name for name in values if before[name] != values[name]]
            _record(
                "outside_event_changed",
                event,
                before={name: before[name] for name in changed},
                after={name: values[name] for name in changed},
            )
        _raise_stamps(expo.id)
    return event


def remove_outside_event(*, event: OutsideEvent) -> None:
    """Take it away. Twice is once."""
    event_id = event.id
    with transaction():
        found = _held(event_id)
        if found is None:
            return
        if found.calendar_id is not None:
            raise BadInput(_("It comes from a partner's calendar, and is changed there."))
        before = {"title": found.title, "starts_at": found.starts_at, "place": found.place}
        _record("outside_event_removed", found, before=before)
        _raise_stamps(found.expo_id)
        db.session.delete(found)


def stamp_of(expo_id: int) -> str:
    """What tells that the events of an expo are others than they were."""
    return f"outside:{expo_id}"


def _raise_stamps(expo_id: int) -> None:
    stamps.raise_stamp(stamp_of(expo_id))
    stamps.raise_stamp(f"programme:{expo_id}")  # pages are kept under it


def _held(event_id: int) -> OutsideEvent | None:
    """The event as it is now, which nobody else changes before the commit; None where it is gone."""
    return db.session.scalar(
        sa.select(OutsideEvent)
        .where(OutsideEvent.id == event_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def _check(draft: OutsideEventDraft) -> None:
    if not one_line(draft.title):
        raise BadInput(_("Give the event a title."), field="title")
    for name, most in (("title", 200), ("place", 200)):
        if len(getattr(draft, name)) > most:
            raise BadInput(_("At most %(most)s letters, please.", most=most), field=name)
    if draft.ends_at <= draft.starts_at:
        raise BadInput(_("It ends before it starts."), field="ends_at")
    if draft.starts_at.year not in YEARS or draft.ends_at.year not in YEARS:
        raise BadInput(_("Check the year."), field="starts_at")
    if draft.url:
        texts.check_link(draft.url)
    if draft.language and not texts.LANGUAGE.fullmatch(draft.language):
        raise BadInput(
            _("“%(text)s” is not a language code such as sv.", text=draft.language[:20]), field="language"
        )


def _record(
    action: str,
    event: OutsideEvent,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.record(
        action,
        "outside_event",
        event.id,
        expo_id=event.expo_id,
        before=plain(before) if before else None,
        after=plain(after) if after else None,
    )
