"""What was done to one thing, by whom and why, in words."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from expo.accounts.models import Account, Person
from expo.checkin.models import Device
from expo.core.audit import AuditEntry
from expo.core.db import db
from expo.speakers.models import Speaker, SpeakerLink

# Deeds as the audit names them. What is missing here is shown by its own name.
_WORDS = {
    "registered": _l("Registered"),
    "registration_confirmed": _l("Approved"),
    "registration_pre_approved": _l("Pre-approved"),
    "registration_approved": _l("Approved, to pay"),
    "registration_refused": _l("Refused"),
    "order_placed": _l("Order placed"),
    "order_changed": _l("Order changed"),
    "order_settled": _l("Order settled"),
    "order_expired": _l("Not paid in time"),
    "order_opened_again": _l("Order opened again"),
    "order_billed": _l("Invoice asked for"),
    "payment_recorded": _l("Payment written down"),
    "page_opened": _l("Payment page opened"),
    "payment_succeeded": _l("Payment came"),
    "payment_processing": _l("Payment on its way"),
    "payment_failed": _l("Payment failed"),
    "payment_expired": _l("Payment page closed unpaid"),
    "payment_disputed": _l("Payment disputed"),
    "payment_refused": _l("Payment does not agree with the provider's"),
    "refund_requested": _l("Refund asked for"),
    "refund_approved": _l("Refund agreed to"),
    "refund_pending": _l("Refund on its way"),
    "refund_done": _l("Refund gone back"),
    "refund_failed": _l("Refund failed"),
    "late_money": _l("Money that came late"),
    "billing_details": _l("Details for invoices"),
    "invoice_issued": _l("Invoice issued"),
    "credit_note_issued": _l("Credit note issued"),
    "cash_counted": _l("Till counted"),
    "change_asked": _l("Another choice asked for"),
    "ticket_changed": _l("Ticket or add-ons changed"),
    "change_lapsed": _l("Change not paid in time"),
    "change_cancelled": _l("Change called off"),
    "registration_withdrawn": _l("Withdrawn"),
    "pass_taken": _l("Pass taken without a name"),
    "pass_claimed": _l("Pass claimed"),
    "badge_claimed": _l("Badge claimed"),
    "registration_handed_on": _l("Handed on to somebody else"),
    "registration_received": _l("Received from somebody else"),
    "booking_handed_on": _l("Handed a seat on"),
    "persons_joined": _l("Two turned out to be one person"),
    "came_along": _l("Came along to an account"),
    "registration_revoked": _l("Revoked"),
    "registration_tagged": _l("Tag put on"),
    "registration_untagged": _l("Tag taken off"),
    "registration_noted": _l("Noted something"),
    "registration_note_removed": _l("Threw a note away"),
    "registration_imported": _l("Imported from a list"),
    "answers_given": _l("Answered questions"),
    "answers_changed": _l("Changed answers"),
    "answer_read": _l("Read a sealed answer"),
    "walked_in": _l("Registered at the desk"),
    "booked": _l("Booked a seat"),
    "booking_cancelled": _l("Gave a seat back"),
    "badge_issued": _l("Badge issued"),
    "badge_replaced": _l("Badge replaced"),
    "badge_revoked": _l("Badge revoked"),
    "session_created": _l("Made"),
    "session_changed": _l("Changed"),
    "bill_changed": _l("Changed who appears"),
    "occurrence_created": _l("Time added"),
    "occurrence_changed": _l("Moved or changed"),
    "occurrence_cancelled": _l("Cancelled"),
    "occurrence_restored": _l("Cancellation taken back"),
    "clash_kept": _l("Kept in spite of a clash"),
    "speaker_created": _l("Made"),
    "speaker_changed": _l("Changed"),
    "speaker_picture": _l("Changed the picture"),
    "speaker_rider": _l("Changed what is needed on stage"),
    "speaker_logistics": _l("Changed address or travel"),
    "speaker_invited": _l("Invited"),
    "speaker_invited_anew": _l("Invited anew"),
    "speaker_reminded": _l("Reminded"),
    "speaker_link_ended": _l("Address taken back"),
    "speaker_registered": _l("Registered as delegate"),
    "assistant_invited": _l("Assistant invited"),
    "assistant_ended": _l("Assistant taken away"),
    "availability_said": _l("Said when they can"),
    "appearance_confirmed": _l("Said yes"),
    "appearance_declined": _l("Said no"),
    "appearance_asked_again": _l("Asked again"),
    "substitute_named": _l("Named somebody in their place"),
    "substitute_taken": _l("Substitute taken"),
    "substitute_turned_down": _l("Substitute turned down"),
    "conference_created": _l("Made"),
    "conference_changed": _l("Changed"),
    "partner_named": _l("Partner named"),
    "partner_moved": _l("Partner moved"),
    "partner_removed": _l("Partner removed"),
    "outcome_written": _l("Wrote down what came of it"),
    "file_handed_in": _l("Handed in a file"),
    "co_host_added": _l("Let a co-host edit it"),
    "co_host_removed": _l("Took editing back from a co-host"),
    "outcome_removed": _l("Took away what came of it"),
    "conference_cancelled": _l("Cancelled"),
    "break_made": _l("Made"),
    "break_changed": _l("Changed"),
    "break_removed": _l("Removed"),
    "break_brought_back": _l("Brought back"),
    "room_held": _l("Held the room"),
    "room_held_otherwise": _l("Held the room otherwise"),
    "room_freed": _l("Gave the room free"),
    "outside_event_created": _l("Made"),
    "outside_event_changed": _l("Changed"),
    "outside_event_removed": _l("Removed"),
    "venue_created": _l("Made"),
    "venue_changed": _l("Changed"),
    "walks_changed": _l("Changed walking minutes"),
    "room_created": _l("Made"),
    "room_changed": _l("Changed"),
    "area_created": _l("Made"),
    "area_changed": _l("Changed"),
    "track_changed": _l("Changed"),
    "session_type_changed": _l("Changed"),
    "role_changed": _l("Changed"),
    "delegation_invited": _l("Invited"),
    "delegation_changed": _l("Changed"),
    "delegation_sent_anew": _l("Sent anew"),
    "delegation_reminded": _l("Reminded"),
    "delegation_declined": _l("Declined"),
    "delegation_closed": _l("Closed"),
    "delegation_opened_again": _l("Opened again"),
    "order_handed_over": _l("Another focal point pays"),
    "nominated": _l("Nominated"),
    "nominee_registered": _l("Registered"),
    "nominee_withdrawn": _l("Withdrawn"),
    "nominee_substituted": _l("Substituted"),
    "nominee_declined": _l("Declined"),
    "nominee_ended": _l("Ended"),
    "nominee_reminded": _l("Reminded"),
    "change_undone": _l("Took a change back"),
    "session_removed": _l("Removed"),
    "occurrence_removed": _l("Removed"),
    "track_removed": _l("Removed"),
    "session_type_removed": _l("Removed"),
    "role_removed": _l("Removed"),
    "area_removed": _l("Removed"),
    "room_removed": _l("Removed"),
    "venue_removed": _l("Removed"),
    "track_created": _l("Made"),
    "session_type_created": _l("Made"),
    "role_created": _l("Made"),
    "conference_cloned": _l("Cloned"),
    "programme_file_kept": _l("File uploaded"),
    "programme_imported": _l("Programme imported"),
    "programme_import_undone": _l("Import taken back"),
}


def word(action: str) -> str:
    """What a deed is called on a page."""
    return str(_WORDS.get(action, action.replace("_", " ")))


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done."""

    at: datetime
    who: str
    what: str
    why: str
    fields: tuple[str, ...]
    about: str = ""  # the tag, where one was put on


def of(subjects: Iterable[tuple[str, int]], most: int = 20, leave_out: Collection[str] = ()) -> list[Line]:
    """The latest deeds on these things ("session", 7), newest first, with names. At most four queries."""
    wanted = [
        sa.and_(AuditEntry.subject == subject, AuditEntry.subject_id == str(key)) for subject, key in subjects
    ]
    entries = list(
        db.session.scalars(
            sa.select(AuditEntry)
            .where(sa.or_(*wanted), AuditEntry.action.not_in(leave_out))
            .order_by(AuditEntry.id.desc())
            .limit(most)
        )
    )
    names = names_of(entry.actor for entry in entries)
    return [
        Line(
            entry.at,
            names[entry.actor],
            word(entry.action),
            entry.why or "",
            tuple(entry.after) if entry.action.endswith("_changed") and isinstance(entry.after, dict) else (),
            str(entry.after.get("tag", "")) if isinstance(entry.after, dict) else "",
        )
        for entry in entries
    ]


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Whoever acted, e.g. "account:7", by name."""
    known = {"system": _("The system"), "visitor": _("Somebody not signed in")}
    ids: dict[str, set[int]] = {}
    wanted = set(actors)
    for actor in wanted:
        if actor.startswith(("delegation:", "nominee:")):
            known[actor] = _("The focal point") if actor.startswith("d") else _("The nominee")
            continue
        kind, _colon, key = actor.partition(":")
        if key.isascii() and key.isdigit():
            ids.setdefault(kind, set()).add(int(key))
    known |= _assistants(ids.pop("assistant", ()))
    for kind, table in (
        ("account", Account), ("person", Person), ("device", Device), ("speaker", Speaker),
    ):  # fmt: skip
        if ids.get(kind):
            rows = db.session.execute(sa.select(table.id, table.name).where(table.id.in_(ids[kind])))
            known |= {f"{kind}:{key}": name for key, name in rows}
    return {actor: known.get(actor, actor.partition(":")[2] or actor) for actor in wanted}


def _assistants(link_ids: Collection[int]) -> dict[str, str]:
    """Whoever acted for a speaker, with for whom."""
    rows = db.session.execute(
        sa.select(SpeakerLink.id, SpeakerLink.assistant_name, Speaker.name)
        .join(SpeakerLink.speaker)
        .where(SpeakerLink.id.in_(link_ids))
    )
    return {
        f"assistant:{key}": _("%(assistant)s for %(name)s", assistant=assistant or "", name=name)
        for key, assistant, name in rows
    }
