"""From guest to account: a mailed link proves the address, a password is set, and whoever registered with this
address, in any expo, comes along. Nobody is brought together by a name."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, limits
from expo.core.db import db, lock, transaction
from expo.core.refusals import BadInput
from expo.mail import outbox

from . import actions, queries, signins
from .models import Account, LinkPurpose, Person
from .refusals import LinkIsOver

SHORTEST_PASSWORD = 10  # NIST SP 800-63B asks for eight, and for nothing about which signs


def mail_account_link(*, person: Person) -> None:
    """Send a guest the link that makes an account of their address. Raises BadInput without one, TooOften."""
    email = person.email
    if email is None:
        raise BadInput(_("You have given no address. Ask the registration desk to add it."))
    limits.count("account_link", email, most=5, within=timedelta(hours=1))
    with transaction():
        token = actions.mail_link(purpose=LinkPurpose.CLAIM, person=person)
        outbox.queue(
            "account_link", to=email, language=person.language, expo_id=person.expo_id, name=person.name,
            token=token,
        )  # fmt: skip


def check_password(password: str) -> None:
    """Raises BadInput for one that is too short to be a secret."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadInput(
            _("Take at least %(n)s letters or signs. A few words in a row are easy to keep in mind.",
              n=SHORTEST_PASSWORD), field="password",
        )  # fmt: skip


def account_of(person: Person) -> Account | None:
    """The account that there is already with this person's address."""
    return queries.account_by_email(person.email) if person.email else None


def make_account(*, token: str, expo_id: int, password: str) -> Account:
    """Use the link up, make the account of its address, and let everybody with this address come along.

    Where the account is there already it stays, and gets the password if one is given. Raises LinkIsOver, BadInput.
    """
    with transaction():
        link = actions.use_link(token=token, purpose=LinkPurpose.CLAIM, expo_id=expo_id)
        person = link.person
        if person is None or person.email is None:
            raise LinkIsOver(_("This link has been used or is too old. Ask for a new one."))
        account = queries.account_by_email(person.email)
        if account is None or account.password_hash is None or password:
            check_password(password)
        if account is None:
            account = actions.create_account(
                email=person.email, name=person.name, password=password, language=person.language
            )
        elif account.disabled_at is not None:
            raise LinkIsOver(_("This account is closed. Ask the organisers."))
        elif password:
            actions.set_password(account=account, password=password)
            signins.end_all(account.id)
        gather(account=account, first=person)
    return account


def gather(*, account: Account, first: Person) -> list[Person]:
    """Let all persons with the account's address come along: one of each expo is the account's own, the account may
    speak for the others. Whoever was signed in as one of them is signed out: the account is the way from now on."""
    with transaction():
        lock(account)
        found = db.session.scalars(
            sa.select(Person).where(Person.email == account.email, Person.account_id.is_(None))
        ).all()
        own = set(db.session.scalars(sa.select(Person.expo_id).where(Person.account_id == account.id)))
        ordered = sorted(found, key=lambda one: (one.id != first.id, one.email_verified_at is None, one.id))
        for person in ordered:
            if person.email_verified_at is None:
                person.email_verified_at = clock.now()
            if person.expo_id not in own:
                own.add(person.expo_id)
                person.account_id = account.id
            audit.record(
                "came_along", "person", person.id, expo_id=person.expo_id,
                after={"account": account.id, "own": person.account_id == account.id},
            )  # fmt: skip
        db.session.flush()
        signins.end_guests(one.id for one in ordered)
    return ordered
