from expo.core.refusals import BadInput, Refusal


class NotPaired(Refusal):
    """Whoever sends this is no device of ours."""

    code = "not_paired"
    status = 401


class DeviceRevoked(Refusal):
    """The device was taken out of service. Its scans go into quarantine, and it sees nothing more."""

    code = "device_revoked"
    status = 403


class PairingCodeIsOver(Refusal):
    """A pairing code that was used, is too old, or never was."""

    code = "pairing_code_is_over"
    status = 410


class GateNotYours(Refusal):
    """There is no such gate, or this device may not scan at it: both look the same."""

    code = "unknown_gate"
    status = 422


class UnknownOccurrence(Refusal):
    """The scan names an occurrence that this expo does not have."""

    code = "unknown_occurrence"
    status = 422


class ResolvedAlready(Refusal):
    """Somebody else has looked at it first."""

    code = "resolved_already"


class SupervisorNeeded(Refusal):
    """Only a supervisor on shift at this device may do this."""

    code = "supervisor_needed"
    status = 403


class WrongPin(BadInput):
    """Nobody has this PIN, or not now."""

    code = "wrong_pin"


class UndoneAlready(Refusal):
    """Each scan is taken back once at most."""

    code = "undone_already"


class NothingToUndo(Refusal):
    """The scan moved nobody, or whom it moved has gone since."""

    code = "nothing_to_undo"


class NothingOn(Refusal):
    """No session is on behind this door, so there is no queue for one."""

    code = "nothing_on"


class UnknownBadge(Refusal):
    """A code that is no live badge of this expo."""

    code = "unknown_badge"
    status = 422
