"""Importing: the files are checked whole, then everything changes in one transaction, or nothing does."""

from __future__ import annotations

from pathlib import Path

from expo.core import audit
from expo.core.db import learn, transaction
from expo.expos.models import Expo
from expo.publishing import actions as publishing
from expo.publishing import differences

from . import consistency, h22, writing
from .refusals import BrokenFiles
from .tally import Tally


class _OnlyLooking(Exception):
    """Ends a dry run: undoes the transaction."""


def import_h22(folder: Path, *, dry_run: bool = False) -> Tally:
    """Bring the expo `h22` to what the folder's files say, and publish it if anything changed.

    What the files do not name stays as it is. Importing the same files again changes nothing at all. A dry
    run does everything and undoes it. Raises BrokenFiles with every fault of every file.
    """
    found = h22.read(folder)
    consistency.check(found)
    if found.faults:
        raise BrokenFiles(found.faults)
    tally = Tally()
    try:
        with transaction():
            expo = writing.write(found, tally)
            if tally.anything:
                _publish(expo, tally)
            if dry_run:
                raise _OnlyLooking
    except _OnlyLooking:
        return tally
    if tally.anything:
        learn()
    return tally


def _publish(expo: Expo, tally: Tally) -> None:
    audit.record(
        "imported",
        "expo",
        expo.id,
        expo_id=expo.id,
        after={"new": dict(tally.new), "changed": dict(tally.changed)},
    )
    if differences.find(expo.id):
        tally.release = publishing.publish(expo=expo, note="Import").number
