from __future__ import annotations

from expo.core.refusals import BadInput, Refusal


class NotToBePublished(Refusal):
    """Something in the scope has to be settled before it is published. `facts["clashes"]` says what."""

    code = "clash_blocks_release"


class RoomTaken(BadInput):
    """The room is not free at that time, so nobody can reserve it."""

    code = "room_taken"


class NothingRunsLate(Refusal):
    """There is nothing left in this room today that could be shifted."""

    code = "nothing_runs_late"


class NothingToUndo(Refusal):
    """The last change of this time was not a move."""

    code = "nothing_to_undo"


class CannotBeKept(Refusal):
    """No reason makes this clash stay, or it is none any more."""

    code = "cannot_be_kept"
