"""The lot of a ranked ballot, for anybody: the platform draws with it, and this file alone does it again.

    python3 draw.py ballot.json

Python 3.11 or later, nothing else. It says whether the seed is the one that was promised when the ballot opened,
who got what, and whether that is what was published.

Tickets are put in the order of the SHA-256 of "seed:ticket number". In that order each gets the first of its wishes
that has seats left for all of its party and that the person could take; one wish at most. Whoever got none waits for
their first wish. What a person could not take (they have another seat at that time, say) is marked without a reason.
"""

import hashlib
import json
import sys
from collections.abc import Callable
from typing import Any

Ticket = dict[str, Any]
May = Callable[[Ticket, str], bool]


def promise(seed: str) -> str:
    """The hash that is published when a ballot opens: SHA-256 of the seed as it is written, 64 hexadecimal digits."""
    return hashlib.sha256(seed.encode()).hexdigest()


def in_order(seed: str, tickets: list[Ticket]) -> list[Ticket]:
    """The tickets as the lot orders them: each a mapping with "ticket", its number."""
    return sorted(tickets, key=lambda one: hashlib.sha256(f"{seed}:{one['ticket']}".encode()).digest())


def _not_marked(one: Ticket, code: str) -> bool:
    return bool(code not in one["could_not"])


def draw(
    seed: str,
    tickets: list[Ticket],
    seats: dict[str, int | None],
    give: May = _not_marked,
    wait: May = _not_marked,
) -> list[dict[str, Any]]:
    """Who gets what, in drawn order: a list of {"ticket", "got", "waits_for"}, session codes or None.

    `tickets` are mappings {"ticket", "seats", "wishes": [codes], "could_not": [codes]}; `seats` says how many each
    code has, None without limit. The platform hands over `give` and `wait`, which book and say whether they could.
    """
    left, drawn = dict(seats), in_order(seed, tickets)
    result: list[dict[str, Any]] = []
    for one in drawn:
        got = None
        for code in one["wishes"]:
            free = left[code]
            if (free is None or free >= one["seats"]) and give(one, code):
                got = code
                left[code] = None if free is None else free - one["seats"]
                break
        result.append({"ticket": one["ticket"], "got": got, "waits_for": None})
    for one, line in zip(drawn, result, strict=True):
        if line["got"] is None and one["wishes"] and wait(one, one["wishes"][0]):
            line["waits_for"] = one["wishes"][0]
    return result


def main(path: str) -> int:
    """Draw again what is in the file; 0 where all is as it was promised and published."""
    with open(path, encoding="utf-8") as file:
        ballot = json.load(file)
    if ballot["seed"] is None:
        print("This ballot is not drawn yet: its seed is still secret.")
        return 2
    promised = promise(ballot["seed"]) == ballot["seed_sha256"]
    result = draw(ballot["seed"], ballot["tickets"], ballot["seats"])
    for line in result:
        waits = f" (waits for {line['waits_for']})" if line["waits_for"] else ""
        print(f"ticket {line['ticket']}: {line['got'] or 'no seat'}{waits}")
    print(
        "The seed is the one that was promised." if promised else "THE SEED IS NOT THE ONE THAT WAS PROMISED."
    )
    same = result == ballot["result"]
    print("This is the published result." if same else "THIS IS NOT THE PUBLISHED RESULT.")
    return 0 if promised and same else 1


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python3 draw.py ballot.json")
    sys.exit(main(sys.argv[1]))
