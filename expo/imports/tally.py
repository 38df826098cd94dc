"""What an import did, in numbers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Tally:
    """How many of each kind are new, changed, or as they were, and the number of the release, if there was one."""

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    same: Counter[str] = field(default_factory=Counter)
    left_alone: int = 0  # occurrences of the expo that the files do not name
    release: int | None = None

    def note(self, kind: str, *, known: bool, changed: bool) -> None:
        """Count one thing."""
        counter = self.same if known and not changed else self.changed if known else self.new
        counter[kind] += 1

    @property
    def anything(self) -> bool:
        """Whether the import changed anything at all."""
        return bool(self.new or self.changed)

    def lines(self) -> list[str]:
        """One sentence for each kind, in the order in which they were imported."""
        kinds = list(dict.fromkeys([*self.new, *self.changed, *self.same]))
        return [
            f"{kind}: {self.new[kind]} new, {self.changed[kind]} changed, {self.same[kind]} as they were"
            for kind in kinds
        ]
