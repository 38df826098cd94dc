"""How strict each rule is: as a conference says, else as the expo says, else as the rule itself says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.expos.models import Expo
from expo.programme.models import Conference

from .models import RuleLevel
from .words import ClashRule, Level

Said = tuple[Level, int | None]


@dataclass(frozen=True, slots=True)
class Levels:
    """What was said, by rule and conference; None is the expo."""

    said: Mapping[tuple[ClashRule, int | None], Said]

    def of(self, rule: ClashRule, conference_id: int | None, usual: Said) -> Said:
        """Level and number of a rule in a conference; of the expo, where none is named."""
        found = self.said.get((rule, conference_id)) or self.said.get((rule, None)) or usual
        return found[0], usual[1] if found[1] is None else found[1]


def read(expo_id: int) -> Levels:
    """One query."""
    rows = db.session.execute(
        sa.select(RuleLevel.rule, RuleLevel.conference_id, RuleLevel.level, RuleLevel.number).where(
            RuleLevel.expo_id == expo_id
        )
    )
    return Levels({(rule, conference): (level, number) for rule, conference, level, number in rows})


def say(*, expo: Expo, conference: Conference | None, said: Mapping[ClashRule, Said | None]) -> int:
    """Say how strict these rules are in a conference, or in the expo; None goes back to what holds above. What is
    against a stricter rule already stays, and is kept in the name of who acts. Returns how many changed.

    Raises BadInput for a level that the rule cannot have.
    """
    from . import clashes, rules

    changed: dict[str, object] = {}
    before: dict[str, object] = {}
    with transaction():
        lock(expo)
        where = conference.id if conference else None
        known = {
            row.rule: row
            for row in db.session.scalars(
                sa.select(RuleLevel).where(
                    RuleLevel.expo_id == expo.id,
                    RuleLevel.conference_id.is_(None) if where is None else RuleLevel.conference_id == where,
                )
            )
        }
        for key, wanted in said.items():
            rule, row = rules.BY_KEY[key], known.get(key)
            if wanted is not None:
                _check(rule, wanted)
            was = (row.level, row.number) if row else None
            if was == wanted:
                continue
            before[key.value], changed[key.value] = was, wanted
            if wanted is None:
                db.session.delete(row)
            elif row is None:
                db.session.add(
                    RuleLevel(
                        expo_id=expo.id, conference_id=where, rule=key, level=wanted[0], number=wanted[1]
                    )
                )
            else:
                row.level, row.number = wanted
        if changed:
            db.session.flush()
            audit.record(
                "rules_changed", "conference" if conference else "expo", where or expo.id, expo_id=expo.id,
                before=before, after=changed,
            )  # fmt: skip
            clashes.settle(expo.id, _("It was so before the rule became stricter."))
    return len(changed)


def _check(rule: object, wanted: Said) -> None:
    from .rule import Rule

    assert isinstance(rule, Rule)
    level, number = wanted
    if rule.fixed and level is not Level.BLOCK:
        raise BadInput(_("This rule holds everywhere."), field=f"level_{rule.key}")
    if number is None:
        return
    if rule.number is None or not rule.least <= number <= rule.most:
        raise BadInput(
            _("A whole number from %(min)s to %(max)s, please.", min=rule.least, max=rule.most),
            field=f"number_{rule.key}",
        )
