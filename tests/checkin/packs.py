"""Reads a door pack as a scanner does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from expo.badge import code
from expo.checkin import pack


@dataclass(frozen=True)
class Pack:
    """A pack taken apart: the class of each badge by its name, the lists by their occurrence's UID."""

    head: dict[str, Any]
    badges: dict[bytes, dict[str, Any]]
    rosters: dict[str, list[bytes]]

    def of(self, badge_code: str) -> dict[str, Any] | None:
        return self.badges.get(name_of(badge_code))


def name_of(badge_code: str) -> bytes:
    read = code.parse(badge_code)
    return pack.name_of(read.number, read.random)


def read(made: bytes) -> Pack:
    length = int.from_bytes(made[:4], "big")
    head = json.loads(made[4 : 4 + length])
    at = 4 + length
    badges: dict[bytes, dict[str, Any]] = {}
    names = []
    for _badge in range(head["count"]):
        names.append(made[at : at + 8])
        badges[made[at : at + 8]] = head["classes"][int.from_bytes(made[at + 8 : at + 10], "big")]
        at += 10
    assert names == sorted(names)
    rosters = {}
    for gate in head["gates"]:
        for door in gate.get("doors", ()):
            if door["roster"] is not None:
                end = at + 8 * door["roster"]
                rosters[door["uid"]] = [made[place : place + 8] for place in range(at, end, 8)]
                at = end
    assert at == len(made)
    return Pack(head, badges, rosters)
