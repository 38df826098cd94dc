from __future__ import annotations

from collections.abc import Sequence

from flask_babel import ngettext

from expo.core.refusals import Refusal

from .sheets import Fault


class BrokenFiles(Refusal):
    """The files cannot be read as they are. `faults` names every place; nothing was changed."""

    code = "broken_files"
    status = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(set(faults))
        super().__init__(
            ngettext(
                "The files have %(num)s fault. Nothing was imported.",
                "The files have %(num)s faults. Nothing was imported.",
                len(self.faults),
            )
        )
