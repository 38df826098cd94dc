"""Every page of the desk × every role, in one's own conference and in another team's."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from expo.badge import passes
from expo.booking import queries as bookings
from expo.booking.actions import book_seat
from expo.checkin import crew
from expo.checkin.crew_models import CrewRole
from expo.core import clock
from expo.core.db import db, transaction
from expo.desk import actions as notes
from expo.imports import attendee_files as files
from expo.imports.attendee_rows import Choices
from expo.organisations import actions as organisations
from expo.organisations.actions import OrganisationDraft
from expo.organisations.models import OrganisationKind
from expo.payment import sellers
from expo.programme import handouts
from expo.programme.drafts import Material
from expo.programme.file_models import SessionFile
from expo.programme.session_files import Upload
from expo.programme.words import MaterialKind, Role
from expo.registration import tickets, vouchers
from expo.scheduling import breaks
from expo.scheduling.breaks import BreakDraft
from tests import factories as a
from tests.ballots.balloting import a_ballot
from tests.checkin import doors as at
from tests.delegations.sending import a_city_ticket, a_delegation
from tests.questions.asking import a_question

from .conftest import Desk

pytestmark = [pytest.mark.feature("P1"), pytest.mark.once]

SCHEDULE = {Role.OWNER, Role.SCHEDULER}
PEOPLE = {Role.OWNER, Role.REGISTRATION, Role.FINANCE, Role.DOOR_LEAD, Role.VIEWER}
DECIDE = {Role.OWNER, Role.REGISTRATION}
DOORS = {Role.OWNER, Role.DOOR_LEAD, Role.REGISTRATION, Role.VIEWER}
WALK_IN = {Role.OWNER, Role.REGISTRATION, Role.DOOR_LEAD}
RUN_DOORS = {Role.OWNER, Role.DOOR_LEAD}
MONEY = {Role.OWNER, Role.FINANCE}
SET_UP = {Role.OWNER}
EVERYBODY = set(Role)

# endpoint, method, path, who may; what the answer is for those who may (a form that is sent empty comes back).
ROUTES = [
    ("home", "GET", "/", EVERYBODY, 200),
    ("live", "GET", "/live", EVERYBODY, 200),
    ("live_now", "GET", "/live/now", EVERYBODY, 200),
    ("messages", "GET", "/messages", DECIDE, 200),
    ("new_message", "GET", "/messages/new?conference={conference}", DECIDE, 200),
    ("new_message", "POST", "/messages/new?conference={conference}", DECIDE, 422),
    ("message", "GET", "/messages/0", DECIDE, 404),
    ("edit_message", "POST", "/messages/0/edit", DECIDE, 404),
    ("send_message", "POST", "/messages/0/send", DECIDE, 404),
    ("try_message", "POST", "/messages/0/test", DECIDE, 404),
    ("discard_message", "POST", "/messages/0/discard", DECIDE, 404),
    ("webhooks", "GET", "/webhooks", SET_UP, 200),
    ("add_webhook", "POST", "/webhooks", SET_UP, 422),
    ("webhook", "GET", "/webhooks/0", SET_UP, 404),
    ("end_webhook", "POST", "/webhooks/0/end", SET_UP, 404),
    ("test_webhook", "POST", "/webhooks/0/test", SET_UP, 404),
    ("replay", "POST", "/webhooks/0/replay", SET_UP, 404),
    ("sessions", "GET", "/sessions", EVERYBODY, 200),
    ("new_session", "GET", "/sessions/new", SCHEDULE, 200),
    ("create_session", "POST", "/sessions/new", SCHEDULE, 422),
    ("session", "GET", "/sessions/T-1", EVERYBODY, 200),
    ("save_session", "POST", "/sessions/T-1", SCHEDULE, 409),
    ("publish_session", "POST", "/sessions/T-1/publish", SCHEDULE, 409),
    ("new_time", "GET", "/sessions/T-1/times/new", SCHEDULE, 200),
    ("add_time", "POST", "/sessions/T-1/times/new", SCHEDULE, 422),
    ("time", "GET", "/sessions/T-1/times/T-1", EVERYBODY, 200),
    ("save_time", "POST", "/sessions/T-1/times/T-1", SCHEDULE, 409),
    ("cancel_time", "POST", "/sessions/T-1/times/T-1/cancel", SCHEDULE, 422),
    ("restore_time", "POST", "/sessions/T-1/times/T-1/restore", SCHEDULE, 303),
    ("bill", "GET", "/sessions/T-1/people", EVERYBODY, 200),
    ("change_bill", "POST", "/sessions/T-1/people", SCHEDULE, 422),
    ("bill", "GET", "/sessions/T-1/times/T-1/people", EVERYBODY, 200),
    ("change_bill", "POST", "/sessions/T-1/times/T-1/people", SCHEDULE, 422),
    ("materials", "GET", "/sessions/T-1/materials", EVERYBODY, 200),
    ("save_material", "POST", "/sessions/T-1/materials", SCHEDULE, 422),
    ("remove_material", "POST", "/sessions/T-1/materials/remove", SCHEDULE, 404),
    ("speakers", "GET", "/speakers", EVERYBODY, 200),
    ("new_speaker", "GET", "/speakers/new", SCHEDULE, 200),
    ("create_speaker", "POST", "/speakers/new", SCHEDULE, 422),
    ("conferences", "GET", "/conferences", EVERYBODY, 200),
    ("conference", "GET", "/conferences/{conference}", EVERYBODY, 200),
    ("save_conference", "POST", "/conferences/{conference}", {Role.OWNER}, 422),
    ("team", "GET", "/conferences/{conference}/team", EVERYBODY, 200),
    ("take_in", "POST", "/conferences/{conference}/team", {Role.OWNER}, 422),
    ("leave", "POST", "/conferences/{conference}/team/0/leave", {Role.OWNER}, 404),
    ("releases", "GET", "/releases", EVERYBODY, 200),
    ("release", "GET", "/releases/{release}", EVERYBODY, 200),
    ("people", "GET", "/people", PEOPLE, 200),
    ("registration", "GET", "/people/{registration}", PEOPLE, 200),
    ("approve", "POST", "/people/{registration}/approve", DECIDE, 409),
    ("pre_approve", "POST", "/people/{registration}/pre-approve", DECIDE, 409),
    ("orders", "GET", "/orders", MONEY, 200),
    ("order", "GET", "/orders/{order}", MONEY, 200),
    ("record_payment", "POST", "/orders/{order}/payments", MONEY, 422),
    ("give_back", "POST", "/orders/{order}/refunds", MONEY, 422),
    ("approve_refund", "POST", "/orders/{order}/refunds/0/approve", MONEY, 404),
    ("refund_paid", "POST", "/orders/{order}/refunds/0/paid", MONEY, 404),
    ("refund_again", "POST", "/orders/{order}/refunds/0/again", MONEY, 404),
    ("refunds", "GET", "/money/refunds", MONEY, 200),
    ("ledger", "GET", "/money/ledger", MONEY, 200),
    ("vat", "GET", "/money/vat", MONEY, 200),
    ("reconciliation", "GET", "/money/reconciliation", MONEY, 200),
    ("invoices", "GET", "/money/invoices", MONEY, 200),
    ("invoice", "GET", "/money/invoices/0.pdf", MONEY, 404),
    ("tickets", "GET", "/conferences/{conference}/tickets", SET_UP, 200),
    ("new_ticket", "GET", "/conferences/{conference}/tickets/new", SET_UP, 200),
    ("new_ticket", "POST", "/conferences/{conference}/tickets/new", SET_UP, 422),
    ("ticket", "GET", "/conferences/{conference}/tickets/{ticket}", SET_UP, 200),
    ("ticket", "POST", "/conferences/{conference}/tickets/{ticket}", SET_UP, 303),
    ("new_add_on", "POST", "/conferences/{conference}/add-ons/new", SET_UP, 422),
    ("add_on", "GET", "/conferences/{conference}/add-ons/{add_on}", SET_UP, 200),
    ("new_pool", "POST", "/conferences/{conference}/pools/new", SET_UP, 422),
    ("pool", "GET", "/conferences/{conference}/pools/{pool}", SET_UP, 200),
    ("new_voucher", "GET", "/conferences/{conference}/vouchers/new", SET_UP, 200),
    ("end_voucher", "POST", "/conferences/{conference}/vouchers/{voucher}/end", SET_UP, 303),
    ("guests", "GET", "/sessions/T-1/guests", PEOPLE, 200),
    ("invite_list", "POST", "/sessions/T-1/guests/list", DECIDE, 422),
    ("invite_group", "POST", "/sessions/T-1/guests/group", DECIDE, 422),
    ("make_session_code", "POST", "/sessions/T-1/guests/code", DECIDE, 303),
    ("uninvite", "POST", "/sessions/T-1/guests/0/withdraw", DECIDE, 404),
    ("session_file", "GET", "/sessions/T-1/files/{handout}/a.pdf", EVERYBODY, 200),
    ("breaks_list", "GET", "/breaks", EVERYBODY, 200),
    ("make_break", "POST", "/breaks", SCHEDULE, 422),
    ("break_page", "GET", "/breaks/{pause}", EVERYBODY, 200),
    ("change_break", "POST", "/breaks/{pause}", SCHEDULE, 422),
    ("remove_break", "POST", "/breaks/{pause}/remove", SCHEDULE, 409),
    ("bring_break_back", "POST", "/breaks/{pause}/back", SCHEDULE, 303),
    ("ballots", "GET", "/conferences/{conference}/ballots", EVERYBODY, 200),
    ("new_ballot", "GET", "/conferences/{conference}/ballots/new", SCHEDULE, 200),
    ("open_ballot", "POST", "/conferences/{conference}/ballots/new", SCHEDULE, 422),
    ("ballot", "GET", "/conferences/{conference}/ballots/{ballot}", EVERYBODY, 200),
    ("draw_ballot", "POST", "/conferences/{conference}/ballots/{ballot}/draw", SCHEDULE, 303),
    ("questions", "GET", "/conferences/{conference}/questions", SET_UP, 200),
    ("new_question", "GET", "/conferences/{conference}/questions/new", SET_UP, 200),
    ("new_question", "POST", "/conferences/{conference}/questions/new", SET_UP, 422),
    ("question", "GET", "/conferences/{conference}/questions/{question}", SET_UP, 200),
    ("question", "POST", "/conferences/{conference}/questions/{question}", SET_UP, 422),
    ("move_question", "POST", "/conferences/{conference}/questions/{question}/move", SET_UP, 303),
    ("end_question", "POST", "/conferences/{conference}/questions/{question}/end", SET_UP, 303),
    ("ask_everybody", "POST", "/conferences/{conference}/questions/ask", SET_UP, 303),
    ("read_answers", "POST", "/people/{registration}/answers", PEOPLE, 200),
    ("answer_file", "GET", "/people/{registration}/answers/{question}/file", PEOPLE, 404),
    ("invitations", "GET", "/conferences/{conference}/invitations", SET_UP, 200),
    ("new_invitations", "GET", "/conferences/{conference}/invitations/new", SET_UP, 200),
    ("new_invitations", "POST", "/conferences/{conference}/invitations/new", SET_UP, 422),
    ("remind_invited", "POST", "/conferences/{conference}/invitations/remind", SET_UP, 303),
    ("refuse", "POST", "/people/{registration}/refuse", DECIDE, 422),
    ("revoke", "POST", "/people/{registration}/revoke", DECIDE, 422),
    ("delegations", "GET", "/delegations", PEOPLE, 200),
    ("delegations_sheet", "GET", "/delegations.csv", PEOPLE, 200),
    ("new_delegations", "GET", "/delegations/new", DECIDE, 200),
    ("invite", "POST", "/delegations/new", DECIDE, 422),
    ("delegation", "GET", "/delegations/{delegation}", PEOPLE, 200),
    ("change_delegation", "POST", "/delegations/{delegation}", DECIDE, 422),
    ("send_delegation", "POST", "/delegations/{delegation}/send", DECIDE, 303),
    ("remind_delegation", "POST", "/delegations/{delegation}/remind", DECIDE, 303),
    ("approve_delegation", "POST", "/delegations/{delegation}/approve", DECIDE, 303),
    ("close_delegation", "POST", "/delegations/{delegation}/close", DECIDE, 422),
    ("organisations", "GET", "/organisations", EVERYBODY, 200),
    ("group_organisations", "POST", "/organisations", DECIDE, 422),
    ("decide", "POST", "/people/decide", DECIDE, 422),
    ("ask_all", "GET", "/people/all", DECIDE, 200),
    ("decide_all", "POST", "/people/all", DECIDE, 422),
    ("tag_many", "POST", "/people/tags", DECIDE, 303),
    ("save_filter", "POST", "/people/filters", PEOPLE, 422),
    ("forget_filter", "POST", "/people/filters/0/forget", PEOPLE, 404),
    ("export_people", "POST", "/people/export.csv", PEOPLE, 200),
    ("write_note", "POST", "/people/{registration}/notes", DECIDE, 422),
    ("remove_note", "POST", "/people/{registration}/notes/{note}/remove", DECIDE, 303),
    ("tag", "POST", "/people/{registration}/tags", DECIDE, 422),
    ("untag", "POST", "/people/{registration}/tags/{tag}/remove", DECIDE, 303),
    ("letters", "GET", "/letters", PEOPLE, 200),
    ("walk_in", "GET", "/walk-in", WALK_IN, 200),
    ("register_walk_in", "POST", "/walk-in", WALK_IN, 422),
    ("walked_in", "GET", "/walk-in/{registration}", WALK_IN, 200),
    ("attendees", "GET", "/attendees", DECIDE, 200),
    ("upload_attendees", "POST", "/attendees", DECIDE, 422),
    ("attendee_columns", "GET", "/attendees/{file}", DECIDE, 200),
    ("choose_columns", "POST", "/attendees/{file}", DECIDE, 303),
    ("check_attendees", "GET", "/attendees/{file}/check", DECIDE, 200),
    ("attendee_faults", "GET", "/attendees/{file}/faults.csv", DECIDE, 200),
    ("import_attendees", "POST", "/attendees/{file}/import", DECIDE, 200),
    ("forget_attendees", "POST", "/attendees/{file}/forget", DECIDE, 303),
    ("bookings", "GET", "/bookings", PEOPLE, 200),
    ("booked", "GET", "/bookings/T-1", PEOPLE, 200),
    ("numbers", "GET", "/numbers", EVERYBODY, 200),
    ("inside", "GET", "/inside", PEOPLE, 200),
    ("feedback", "GET", "/feedback", EVERYBODY, 200),
    ("doors", "GET", "/doors", DOORS, 200),
    ("conflicts", "GET", "/doors/conflicts", DOORS, 200),
    ("resolve_conflict", "POST", "/doors/conflicts/q0", RUN_DOORS, 404),
    ("new_device", "GET", "/doors/devices/new", RUN_DOORS, 200),
    ("create_device", "POST", "/doors/devices/new", RUN_DOORS, 422),
    ("device", "GET", "/doors/devices/{device}", RUN_DOORS, 200),
    ("new_code", "POST", "/doors/devices/{device}/code", RUN_DOORS, 303),
    ("revoke_device", "POST", "/doors/devices/{device}/revoke", RUN_DOORS, 303),
    ("crew", "GET", "/doors/crew", RUN_DOORS, 200),
    ("add_to_crew", "POST", "/doors/crew", RUN_DOORS, 422),
    ("end_crew_member", "POST", "/doors/crew/{member}/end", RUN_DOORS, 303),
    ("attention", "GET", "/people/{registration}/door", RUN_DOORS, 200),
    ("put_attention", "POST", "/people/{registration}/door", RUN_DOORS, 422),
    ("end_attention", "POST", "/people/{registration}/door/end", RUN_DOORS, 303),
    ("session_door", "GET", "/sessions/T-1/door", RUN_DOORS, 200),
    ("tell_session_door", "POST", "/sessions/T-1/door", RUN_DOORS, 303),
    ("group_badges", "GET", "/group-badges", WALK_IN, 200),
    ("make_group_badge", "POST", "/group-badges", WALK_IN, 422),
    ("group_badge", "GET", "/group-badges/{group_badge}", WALK_IN, 200),
    ("print_group_badge", "POST", "/group-badges/{group_badge}/badge.pdf", WALK_IN, 200),
    ("revoke_group_badge", "POST", "/group-badges/{group_badge}/revoke", WALK_IN, 303),
    ("give_seat", "POST", "/bookings/T-1/seats", DECIDE, 404),
    ("seat_back", "GET", "/bookings/T-1/seats/{booking}/back", DECIDE, 200),
    ("save_terms", "POST", "/bookings/T-1/terms", DECIDE, 303),
    ("make_guide_link", "POST", "/bookings/T-1/guides", DECIDE, 422),
    ("end_guide_link", "POST", "/bookings/T-1/guides/0/end", DECIDE, 404),
    ("booked_file", "POST", "/bookings/T-1/list.csv", PEOPLE, 200),
    ("take_seat_back", "POST", "/bookings/T-1/seats/{booking}/back", DECIDE, 422),
    ("sellers", "GET", "/sellers", set(), 200),
    # A team of one conference has no say in what belongs to all of them.
    ("new_seller", "GET", "/sellers/new", set(), 200),
    ("new_seller", "POST", "/sellers/new", set(), 422),
    ("seller", "GET", "/sellers/{seller}", set(), 200),
    ("name_seller", "POST", "/conferences/{conference}/seller", set(), 303),
    ("organisation", "GET", "/organisations/{organisation}", set(), 200),
    ("save_organisation", "POST", "/organisations/{organisation}", set(), 422),
    ("merge_organisation", "POST", "/organisations/{organisation}/merge", set(), 422),
    ("new_organisation", "GET", "/organisations/new", set(), 200),
    ("make_organisation", "POST", "/organisations/new", set(), 422),
    ("mark_group", "POST", "/groups/{group}", set(), 303),
    ("data_protection", "GET", "/data-protection", set(), 200),
    ("data_of", "GET", "/data-protection/{person}", set(), 200),
    ("data_archive", "POST", "/data-protection/{person}/archive", set(), 200),
    ("erase_person", "POST", "/data-protection/{person}/erase", set(), 422),
    ("protect_person", "POST", "/data-protection/{person}/alias", set(), 422),
    ("show_name", "POST", "/data-protection/{person}/name", set(), 422),
    ("end_protection", "POST", "/data-protection/{person}/alias/end", set(), 422),
    # Speakers are the expo's: every team reads them, whoever schedules changes them.
    ("speaker", "GET", "/speakers/{speaker}", EVERYBODY, 200),
    ("save_speaker", "POST", "/speakers/{speaker}", SCHEDULE, 409),
    ("invite_speaker", "POST", "/speakers/{speaker}/invite", SCHEDULE, 409),
    ("remind_speaker", "POST", "/speakers/{speaker}/remind", SCHEDULE, 409),
    ("save_photo", "POST", "/speakers/{speaker}/photo", SCHEDULE, 303),
    ("save_logistics", "POST", "/speakers/{speaker}/logistics", SCHEDULE, 422),
    ("end_speaker_link", "POST", "/speakers/{speaker}/end-link", SCHEDULE, 303),
    ("answers", "GET", "/answers", SCHEDULE, 200),
    ("remind_speakers", "POST", "/answers/remind", SCHEDULE, 303),
    ("prints", "GET", "/badges", WALK_IN, 200),
    ("print_badges", "POST", "/badges", WALK_IN, 422),
    ("badge_layout", "GET", "/badges/layout?conference={conference}", DECIDE, 200),
    ("print_badge", "POST", "/people/{registration}/badge.pdf", WALK_IN, 200),
    ("booking_rules", "GET", "/booking-rules", EVERYBODY, 200),
    ("rules_of_time", "GET", "/bookings/T-1/rules", DECIDE, 200),
    ("save_rules_of_time", "POST", "/bookings/T-1/rules", DECIDE, 303),
    ("release_kept", "POST", "/bookings/T-1/kept/release", DECIDE, 303),
    ("ballot_off", "GET", "/conferences/{conference}/ballots/{ballot}/call-off", SCHEDULE, 200),
    ("call_ballot_off", "POST", "/conferences/{conference}/ballots/{ballot}/call-off", SCHEDULE, 422),
    ("transfer", "GET", "/files", SCHEDULE, 200),
    ("upload_programme", "POST", "/files", SCHEDULE, 422),
    ("export_drafts", "GET", "/export/csv", EVERYBODY, 200),
    ("history", "GET", "/history", set(), 200),
    ("new_conference", "GET", "/conferences/new", set(), 200),
    ("create_conference", "POST", "/conferences/new", set(), 422),
    ("edition", "GET", "/edition", set(), 200),
    ("create_edition", "POST", "/edition", set(), 422),
    ("kept_how_long", "GET", "/retention", set(), 200),
    ("say_how_long", "POST", "/retention", set(), 422),
    ("doors_now", "GET", "/doors/now/zones", DOORS, 200),
    ("remove_session", "POST", "/sessions/T-1/remove", SCHEDULE, 409),
    ("second_person", "POST", "/conferences/{conference}/second-person", SET_UP, 303),
    ("grid", "GET", "/grid", SCHEDULE, 200),
    ("change_grid", "POST", "/grid", SCHEDULE, 400),
    ("repeat_time", "GET", "/sessions/T-1/times/T-1/repeat", SCHEDULE, 200),
    ("add_repeats", "POST", "/sessions/T-1/times/T-1/repeat", SCHEDULE, 422),
]
# Of the expo as a whole, of the work behind it, and what depends on what is sent: their own tests walk who may.
ELSEWHERE = {
    "proposal", "propose_release", "decide_proposal",
    "outside", "new_outside", "create_outside", "outside_event", "save_outside", "remove_outside",
    "take_substitute", "turn_down_substitute", "printing", "print_file", "print_progress",
    "rules_of_kind", "save_rules_of_kind", "transfer_columns", "choose_transfer", "check_transfer", "transfer_faults",
    "ask_change", "change", "cancel_change", "timetable_clashes", "keep_clash", "clash_rules", "save_clash_rules",
    "loans", "lend", "bring_back", "save_loan_kind", "move_to", "do_move", "take_out", "follow_calendar", "pull_calendar",
    "leave_calendar", "partners", "change_partners", "outcomes", "save_outcome", "room_blocks", "hold_room", "free_room",
    "running_late", "run_late", "session_needs", "save_session_needs", "till", "count_till", "timetable",
    "timetable_shut", "timetable_impact", "timetable_moves", "timetable_undo", "contributions", "save_contribution",
    "remove_contribution", "together", "add_co_host", "remove_co_host", "offer_guest", "accept_guest", "end_guest",
    "guest_sessions", "upheavals", "new_upheaval", "draft_upheaval", "upheaval", "publish_upheaval", "undo_upheaval",
    "paid_in_cash", "forget_transfer", "import_transfer", "undo_transfer", "undo_deed", "history_of",
    "publish", "work", "run_rhythm", "retry_job", "confirm_clock", "retry_letter", "retry_letters",
}  # fmt: skip
# Places belong to the whole expo: every team reads them, and test_places.py walks who changes them.
PLACES = {
    "places", "area", "new_area", "create_area", "save_area", "venue", "new_venue", "create_venue", "save_venue",
    "walks", "save_walks", "room", "new_room", "create_room", "save_room", "remove_area", "remove_venue", "remove_room",
}  # fmt: skip
# Names of types, roles and tracks, which every team reads; test_names.py walks who changes them.
NAMES = {"names", "session_type", "save_session_type", "role", "save_role", "track", "save_track",
    "new_name", "create_name", "remove_role", "remove_track", "remove_session_type",
}  # fmt: skip
# Pages of the whole desk: they show an outsider of the conference only what is theirs, so nothing is hidden.
OF_THE_DESK = {
    "breaks_list",
    "make_break",
    "grid",
    "change_grid",
    "answers",
    "remind_speakers",
    "prints",
    "print_badges",
    "booking_rules",
    "transfer",
    "upload_programme",
    "doors_now",
    "export_drafts",
    "live",
    "live_now",
    "messages",
    "webhooks",
    "add_webhook",
    "home",
    "sessions",
    "new_session",
    "create_session",
    "speakers",
    "new_speaker",
    "create_speaker",
    "conferences",
    "releases",
    "people",
    "delegations",
    "delegations_sheet",
    "new_delegations",
    "invite",
    "organisations",
    "group_organisations",
    "bookings",
    "numbers",
    "inside",
    "feedback",
    "orders",
    "refunds",
    "ledger",
    "vat",
    "reconciliation",
    "invoices",
    "doors",
    "conflicts",
    "new_device",
    "create_device",
    "decide",
    "ask_all",
    "decide_all",
    "tag_many",
    "save_filter",
    "forget_filter",
    "export_people",
    "letters",
    "walk_in",
    "register_walk_in",
    "attendees",
    "upload_attendees",
    "group_badges",
    "make_group_badge",
    "sellers",
    "crew",
    "add_to_crew",
}
# Of the expo as a whole, whoever asks: the answer is a refusal, or what every team sees.
OF_THE_EXPO = {
    "protect_person", "show_name", "end_protection", "sellers", "new_seller", "seller", "organisation", "save_organisation", "merge_organisation",
    "new_organisation", "make_organisation", "mark_group", "data_protection", "data_of", "data_archive", "erase_person",
    "speaker", "save_speaker", "invite_speaker", "remind_speaker", "save_photo", "save_logistics", "end_speaker_link",
    "new_conference", "create_conference", "edition", "create_edition", "kept_how_long", "say_how_long", "history",
}  # fmt: skip


@pytest.fixture
def names(desk: Desk) -> dict[str, object]:
    """One of everything, by the names that addresses use."""
    talk = a.a_session(desk.conference, code="T-1", title="Secret plan")
    ada = a.a_person(desk.expo, "Ada Lovelace")
    registration = a.a_registration(ada, desk.conference)
    book_seat(person=ada, occurrence_id=talk.id)
    delegation = a_delegation(a_city_ticket(desk.conference), name="Secret plan")
    turin = organisations.save(draft=OrganisationDraft("Turin", OrganisationKind.CITY))[0]
    device, _token = at.a_device(at.a_gate(at.a_zone(desk.expo, desk.conference)))
    note = notes.note(registration=registration, text="Needs a lift")
    tag = notes.make_tag(expo_id=desk.expo.id, word="VIP")
    listed = files.keep(
        conference=desk.conference, account_id=a.an_account().id, name="a.csv", content=b"Name,E-mail\nBo,\n"
    )
    handouts.save(
        session=talk.session, material=Material(MaterialKind.SLIDES, "Slides"), row=None, version=talk.session.version,
        upload=Upload("a.pdf", b"%PDF-1"),
    )  # fmt: skip
    starts = a.tomorrow_at(12)
    (pause,) = breaks.add(
        expo=desk.expo, conference=desk.conference, draft=BreakDraft("Secret plan", starts, starts + timedelta(hours=1))
    )  # fmt: skip
    files.choose(file=listed, choices=Choices({"name": "Name"}, registration.ticket_type_id).kept())
    return {
        "note": note.id,
        "tag": tag.id,
        "file": listed.id,
        "handout": db.session.scalars(sa.select(SessionFile.id)).one(),
        "pause": pause.id,
        "conference": desk.slug,
        "registration": registration.code,
        "order": registration.order.code,
        "ticket": registration.ticket_type_id,
        "add_on": tickets.save_add_on(conference=desk.conference, draft=tickets.AddOnDraft("Lunch")).id,
        "pool": tickets.save_shared_pool(
            expo_id=desk.expo.id, name="Hall", places=9, conference=desk.conference
        ).id,
        "voucher": vouchers.create(conference=desk.conference, draft=vouchers.VoucherDraft()).id,
        "device": device.id,
        "question": a_question(desk.conference, "Secret plan?").id,
        "release": 1,
        "ballot": a_ballot(desk.conference, a.a_session(desk.conference)).code,
        "delegation": delegation.code,
        "member": crew.add_member(
            expo_id=desk.expo.id, conference_id=desk.conference.id, name="Ivo", role=CrewRole.STEWARD, starts_at=clock.now(),
            ends_at=clock.now() + timedelta(days=1),
        )[0].id,
        "group_badge": passes.make(
            ticket_type=a.a_ticket_type(desk.conference, "Groups"), size=3, label="Secret plan"
        ).id,
        "booking": bookings.of_person(ada.id)[0].id,
        "seller": sellers.default(desk.expo.id).slug,
        "organisation": turin.slug,
        "group": organisations.gather(name="Mission cities", organisations=[turin]).slug,
        "person": ada.id,
        "speaker": a.a_speaker(desk.expo).slug,
    }  # fmt: skip


def ask(desk: Desk, client: object, method: str, path: str, names: dict[str, object]) -> int:
    address = desk.path + path.format(**names)
    return (client.get(address) if method == "GET" else client.post(address)).status_code  # type: ignore[attr-defined]


def test_every_page_of_the_desk_is_in_this_table(application: Flask):
    there = {
        rule.endpoint.partition(".")[2]
        for rule in application.url_map.iter_rules()
        if rule.endpoint.startswith("organiser.")
    }

    assert there == {endpoint for endpoint, *_rest in ROUTES} | ELSEWHERE | PLACES | NAMES


@pytest.mark.parametrize("role", Role)
def test_a_role_opens_what_the_table_says(desk: Desk, names: dict[str, object], role: Role):
    client = desk.open_as(role, desk.conference)
    wrong = {}
    for _endpoint, method, path, allowed, answer in ROUTES:
        expected = answer if role in allowed else 403
        got = ask(desk, client, method, path, names)
        if got != expected:
            wrong[f"{method} {path}"] = (got, expected)

    assert wrong == {}


def test_another_teams_things_look_as_if_they_did_not_exist(desk: Desk, names: dict[str, object]):
    stranger = desk.open_as(Role.OWNER, a.a_conference(desk.expo))
    wrong = {}
    for endpoint, method, path, _allowed, _answer in ROUTES:
        if endpoint not in OF_THE_DESK | OF_THE_EXPO:
            got = ask(desk, stranger, method, path, names)
            if got != 404:
                wrong[f"{method} {path}"] = got

    assert wrong == {}


def test_the_lists_of_one_team_do_not_show_what_is_anothers(desk: Desk, names: dict[str, object]):
    stranger = desk.open_as(Role.OWNER, a.a_conference(desk.expo))
    for endpoint, method, path, _allowed, _answer in ROUTES:
        if endpoint in OF_THE_DESK and method == "GET":
            text = stranger.get(desk.path + path).text
            assert "Secret plan" not in text, path
            assert "Ada Lovelace" not in text, path
            assert "City week" not in text, path
    assert stranger.get(f"{desk.path}/people?conference={desk.slug}").status_code == 404
    assert stranger.get(f"{desk.path}/sessions?conference={desk.slug}").status_code == 404
    assert stranger.get(f"{desk.path}/releases?scope={desk.slug}").status_code == 404


def test_without_a_role_the_desk_is_closed(desk: Desk, names: dict[str, object]):
    delegate = desk.browser(a.an_account())
    guest = desk.browser(a.a_person(desk.expo))
    stranger = desk.browser()
    elsewhere = desk.browser(a.an_organiser(a.an_expo()))
    for _endpoint, method, path, _allowed, _answer in ROUTES:
        assert ask(desk, delegate, method, path, names) == 403, path
        assert ask(desk, guest, method, path, names) == 403, path
        assert ask(desk, elsewhere, method, path, names) == 403, path
        assert ask(desk, stranger, method, path, names) == 303, path


def test_a_disabled_account_is_out_at_once(desk: Desk):
    account = a.an_organiser(desk.expo)
    client = desk.browser(account)
    assert client.get(f"{desk.path}/").status_code == 200

    with transaction():
        account.disabled_at = clock.now()

    assert client.get(f"{desk.path}/").status_code == 303


@pytest.mark.parametrize("role", Role)
def test_no_page_offers_what_the_role_may_not(desk: Desk, names: dict[str, object], role: Role):
    client = desk.open_as(role, desk.conference)
    offered = {
        "New session": SCHEDULE,
        "Add a time": SCHEDULE,
        "Change who appears": SCHEDULE,
        "New speaker": SCHEDULE,
        "New scanner": RUN_DOORS,
        "Send anew": DECIDE,
        "Revoke this registration": DECIDE,
        "Registrations": PEOPLE,
    }
    paths = [path for _e, method, path, allowed, answer in ROUTES if method == "GET" and role in allowed]
    text = "".join(client.get(desk.path + path.format(**names)).text for path in paths)

    assert {words for words in offered if words in text} == {
        words for words, allowed in offered.items() if role in allowed
    }


def test_who_comes_from_another_site_changes_nothing(desk: Desk, names: dict[str, object]):
    client = desk.open_as()
    client.headers["Sec-Fetch-Site"] = "cross-site"

    for _endpoint, method, path, _allowed, _answer in ROUTES:
        if method == "POST":
            assert ask(desk, client, method, path, names) == 403, path
