"""All rules of a timetable, in the order in which people read them."""

from __future__ import annotations

from . import rules_breaks, rules_order, rules_people, rules_rooms
from .rule import Rule
from .words import ClashRule

ALL: tuple[Rule, ...] = (
    rules_rooms.RoomRule(),
    rules_people.PersonRule(),
    rules_rooms.ReservedRule(),
    rules_breaks.BreakRule(),
    rules_breaks.BlockerRule(),
    rules_rooms.HoursRule(),
    rules_rooms.TurnaroundRule(),
    rules_people.AvailabilityRule(),
    rules_people.TravelRule(),
    rules_rooms.CapacityRule(),
    rules_rooms.StepFreeRule(),
    rules_rooms.LanguageRule(),
    rules_people.BackToBackRule(),
    rules_people.PerDayRule(),
    rules_order.OrderRule(),
    rules_order.PlenaryRule(),
    rules_order.AudienceRule(),
)
BY_KEY: dict[ClashRule, Rule] = {rule.key: rule for rule in ALL}
