"""The fixed words of the programme."""

from __future__ import annotations

import enum


class Visibility(enum.StrEnum):
    """Who sees a conference or session; the stricter of the two holds."""

    PUBLIC = "public"
    REGISTERED = "registered"  # listed; details and booking for ticket holders
    INVITATION = "invitation"  # for invited people only
    HIDDEN = "hidden"  # staff only


LISTED = (Visibility.PUBLIC, Visibility.REGISTERED)
_STRICTNESS = list(Visibility)


def stricter(one: Visibility, other: Visibility) -> Visibility:
    """The stricter of two visibilities."""
    return max(one, other, key=_STRICTNESS.index)


class Mode(enum.StrEnum):
    """Where a conference takes place."""

    ON_SITE = "onsite"
    HYBRID = "hybrid"
    ONLINE = "online"


class Admission(enum.StrEnum):
    """How one gets into a session."""

    OPEN = "open"
    TICKET = "ticket"  # any ticket of the conference
    SEAT = "seat"  # a booked one
    INVITATION = "invitation"


class SessionState(enum.StrEnum):
    """Where a session stands; only confirmed ones are released."""

    DRAFT = "draft"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


class Placement(enum.StrEnum):
    """How sure time and room of an occurrence are."""

    UNPLACED = "unplaced"
    TENTATIVE = "tentative"
    FIRM = "firm"


class MaterialKind(enum.StrEnum):
    """What is handed out with a session."""

    SLIDES = "slides"
    PAPER = "paper"
    RECORDING = "recording"
    STREAM = "stream"
    CAPTIONS = "captions"
    SIGN_LANGUAGE = "sign_language"  # a video in sign language
    LINK = "link"


# ISO 639-3; none of them has a code of two letters.
SIGN_LANGUAGES = frozenset(
    ["swl", "ssr", "ils", "ase", "bfi", "dsl", "fse", "fss", "fsl", "gsg", "ise", "nsl", "ssp"]
)


class AppearanceState(enum.StrEnum):
    """What a speaker has said to an invitation."""

    INVITED = "invited"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    ASKED_AGAIN = "asked_again"  # had confirmed; time or place became another


# These are on the bill that a release publishes.
ON_THE_BILL = (AppearanceState.CONFIRMED, AppearanceState.ASKED_AGAIN)


class Role(enum.StrEnum):
    """What somebody may do in a conference, or in the whole expo."""

    OWNER = "owner"
    SCHEDULER = "scheduler"
    REGISTRATION = "registration"
    FINANCE = "finance"
    DOOR_LEAD = "door_lead"
    VIEWER = "viewer"


class OverlapRule(enum.StrEnum):
    """What happens where two seats of a person cannot both be used, from mild to strict."""

    WARN = "warn"  # they are told, and may take both
    SWAP = "swap"  # one for the other
    FORBID = "forbid"  # the other one has to be given back first


class Deed(enum.StrEnum):
    """What somebody may want to do. Which role may do it stands in teams.py."""

    READ = "read"  # programme and numbers
    SCHEDULE = "schedule"  # sessions, times, rooms, who appears
    PUBLISH = "publish"
    SET_UP = "set_up"  # the conference itself
    READ_PEOPLE = "read_people"
    READ_ADDRESSES = "read_addresses"  # e-mail addresses
    DECIDE = "decide"  # let people in, turn them down; what the desk notes about them
    PRE_APPROVE = "pre_approve"  # the first of two approvals
    APPROVE_LAST = "approve_last"  # the last of two, where the ticket keeps it for owners
    TAKE_MONEY = "take_money"  # read orders, write down what was paid
    WALK_IN = "walk_in"  # register somebody who stands at the desk
    READ_DOORS = "read_doors"
    RUN_DOORS = "run_doors"
