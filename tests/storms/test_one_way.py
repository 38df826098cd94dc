"""Organisers at both ends of a way say at once how long it takes: one answer stays, and nobody meets a fault."""

from __future__ import annotations

import pytest

from expo.programme import places, ways
from expo.programme.drafts import VenueDraft
from tests import factories as a
from tests.client import Client
from tests.storms.race import race

pytestmark = [pytest.mark.feature("F11"), pytest.mark.storm]


def test_a_way_has_one_length_whoever_says_it_first_and_names_make_one_address_each(app):
    expo = a.an_expo()
    ends = [places.save_venue(expo=expo, draft=VenueDraft(name))[0] for name in ("North", "South")]
    here, there = ((venue.id, venue.slug) for venue in ends)
    path = f"/{expo.slug}/organise/places/venues"
    clients = [Client(app, a.an_organiser(expo)) for _number in range(8)]
    turns = {id(client): number for number, client in enumerate(clients)}

    def say(client: Client):
        number = turns[id(client)]
        one, other = (here, there) if number % 2 else (there, here)
        return client.post(f"{path}/{one[1]}/walks", {f"to_{other[0]}": str(number + 1)})

    def make(client: Client):
        return client.post(f"{path}/new", {"name": "East", "version": "0", "area": ""})

    assert race(app, clients, say) == {303: 8}
    ((pair, minutes),) = ways.of(expo.id).walked.items()
    assert pair == tuple(sorted((here[0], there[0])))
    assert minutes in range(1, 9)
    assert race(app, clients, make) == {303: 8}
