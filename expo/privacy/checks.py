from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa

from expo.accounts.models import Person, ProtectedIdentity, SignIn
from expo.badge.models import Badge, BadgeState
from expo.core.checks import check
from expo.core.db import db
from expo.core.personal import ERASED
from expo.favourites.models import Favourite
from expo.registration.models import Registration

from .models import Erasure


@check("12", "an erased person has no name, no address, no way in and no live badge")
def erased_is_gone() -> Iterator[str]:
    named = sa.or_(
        Person.name != ERASED,
        Person.email.is_not(None),
        Person.account_id.is_not(None),
        Person.organisation != "",
        Person.city != "",
        Person.calendar_token_digest.is_not(None),
        sa.exists().where(SignIn.person_id == Person.id),
        sa.exists().where(Favourite.person_id == Person.id),
        sa.exists().where(Badge.person_id == Person.id, Badge.state == BadgeState.ACTIVE),
    )
    for number in db.session.scalars(sa.select(Person.id).where(Person.erased_at.is_not(None), named)):
        yield f"person {number} is erased, and something of them is left"


@check("2", "who turned out to be another person has no name, no way in and nothing live")
def joined_is_one() -> Iterator[str]:
    left = sa.or_(
        Person.name != ERASED,
        Person.email.is_not(None),
        Person.account_id.is_not(None),
        sa.exists().where(SignIn.person_id == Person.id, SignIn.ended_at.is_(None)),
        sa.exists().where(Registration.person_id == Person.id),
        sa.exists().where(Badge.person_id == Person.id, Badge.state == BadgeState.ACTIVE),
    )
    for number in db.session.scalars(sa.select(Person.id).where(Person.joined_to_id.is_not(None), left)):
        yield f"person {number} turned out to be another one, and something is still theirs"


@check("12", "every erasure stands on the list, and nobody on the list has come back")
def on_the_list() -> Iterator[str]:
    listed = sa.exists().where(Erasure.person_id == Person.id)
    wrong = sa.select(Person.id).where(Person.erased_at.is_not(None) != listed)
    for number in db.session.scalars(wrong):
        yield f"person {number}: list of erasures and person do not agree"


@check("12", "whoever has an alias has a sealed name, and nobody else has one")
def sealed_or_named() -> Iterator[str]:
    sealed = sa.exists().where(ProtectedIdentity.person_id == Person.id)
    wrong = sa.select(Person.id).where(Person.protected_at.is_not(None) != sealed)
    for number in db.session.scalars(wrong):
        yield f"person {number}: alias and sealed name do not agree"
