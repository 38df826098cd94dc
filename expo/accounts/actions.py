from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock, limits, tokens
from expo.core.db import db, execute, lock, transaction
from expo.core.text import folded, one_line
from expo.mail import outbox

from . import passwords, queries
from .models import Account, ApiToken, LinkPurpose, MailedLink, Person
from .refusals import EmailTaken, LinkIsOver, WrongPassword

SIGN_IN_LINK_LASTS = timedelta(minutes=20)
CLAIM_LINK_LASTS = timedelta(days=14)


def create_account(
    *, email: str, name: str, password: str | None = None, language: str = "en", is_admin: bool = False
) -> Account:
    """Make an account. Raises EmailTaken."""
    with transaction():
        if queries.account_by_email(email):
            raise EmailTaken(_("There is already an account with this address."), field="email")
        account = Account(
            email=queries.normal(email),
            name=one_line(name),
            language=language,
            is_admin=is_admin,
            password_hash=passwords.hashed(password) if password else None,
            created_at=clock.now(),
        )
        db.session.add(account)
        db.session.flush()
        audit.record("account_created", "account", account.id, personal={"email": account.email})
    return account


def account_for(*, email: str, name: str, language: str) -> Account:
    """The account of this address; made, without a password, if there is none."""
    with transaction():
        known = queries.account_by_email(email)
        return known or create_account(email=email, name=name, language=language)


def set_password(*, account: Account, password: str) -> None:
    """Give the account a new password; all its sign-ins stay, the caller ends them if they should not."""
    with transaction():
        account.password_hash = passwords.hashed(password)
        audit.record("password_set", "account", account.id)


def check_password(*, email: str, password: str, from_address: str) -> Account:
    """The account, if address and password belong together.

    Raises WrongPassword, or TooOften after ten failures for the address or fifty from one network address
    within a quarter of an hour.
    """
    email = queries.normal(email)
    within = timedelta(minutes=15)
    limits.count("password", email, most=10, within=within)
    limits.count("password_from", from_address, most=50, within=within)
    account = queries.account_by_email(email)
    right = passwords.matches(password, account.password_hash if account else None)
    if account is None or not right or account.disabled_at:
        raise WrongPassword(_("That address and password do not belong together."), field="password")
    limits.forget("password", email)
    return account


def create_person(
    *,
    expo_id: int,
    name: str,
    email: str | None,
    language: str,
    account: Account | None = None,
    organisation: str = "",
    city: str = "",
    country: str = "",
) -> Person:
    """A new human in the expo. With an account, the address counts as verified only if it is the account's."""
    name = one_line(name)
    email = queries.normal(email) if email else None
    with transaction():
        person = Person(
            expo_id=expo_id,
            account_id=account and account.id,
            name=name,
            folded_name=folded(name),
            email=email,
            email_verified_at=clock.now() if account and account.email == email else None,
            organisation=one_line(organisation),
            city=one_line(city),
            country=country,
            language=language,
            created_at=clock.now(),
        )
        db.session.add(person)
        db.session.flush()
        audit.record(
            "person_created", "person", person.id, expo_id=expo_id, personal={"name": name, "email": email}
        )
    return person


def mail_link(*, purpose: LinkPurpose, account: Account | None = None, person: Person | None = None) -> str:
    """A single-use token for a letter. The caller puts it into the letter in the same transaction."""
    token = tokens.new()
    now = clock.real_now()
    lasts = SIGN_IN_LINK_LASTS if purpose is LinkPurpose.SIGN_IN else CLAIM_LINK_LASTS
    with transaction():
        db.session.add(
            MailedLink(
                token_digest=tokens.digest(token),
                purpose=purpose,
                account_id=account and account.id,
                person_id=person and person.id,
                created_at=now,
                expires_at=now + lasts,
            )
        )
        subject = f"account:{account.id}" if account else f"person:{person.id if person else None}"
        audit.record(
            f"{purpose.value}_link_mailed", "mailed_link", subject, expo_id=person.expo_id if person else None
        )
    return token


def mail_sign_in_link(*, email: str, from_address: str) -> None:
    """Send a sign-in link, if there is such an account; say nothing either way. Raises TooOften."""
    email = queries.normal(email)
    limits.count("sign_in_link", email, most=5, within=timedelta(hours=1))
    limits.count("sign_in_link_from", from_address, most=30, within=timedelta(hours=1))
    account = queries.account_by_email(email)
    if account is None or account.disabled_at:
        return
    with transaction():
        token = mail_link(purpose=LinkPurpose.SIGN_IN, account=account)
        outbox.queue(
            "sign_in_link", to=account.email, language=account.language, name=account.name, token=token
        )


def recover(*, expo_id: int, email: str, from_address: str) -> None:
    """Send each person of the expo with this address a link to My expo; say nothing to strangers.

    Raises TooOften.
    """
    email = queries.normal(email)
    limits.count("recover", email, most=5, within=timedelta(hours=1))
    limits.count("recover_from", from_address, most=30, within=timedelta(hours=1))
    for person in queries.persons_by_email(expo_id, email):
        with transaction():
            token = mail_link(purpose=LinkPurpose.CLAIM, person=person)
            outbox.queue(
                "my_expo_link", to=email, language=person.language, expo_id=expo_id, name=person.name,
                token=token,
            )  # fmt: skip


def person_for(*, account: Account, expo_id: int) -> Person:
    """The account as a person of the expo; made when it comes for the first time."""
    with transaction():
        lock(account)
        known = queries.person_of_account(expo_id, account.id)
        if known is not None:
            return known
        return create_person(
            expo_id=expo_id,
            name=account.name,
            email=account.email,
            language=account.language,
            account=account,
        )


def open_link(*, token: str, purpose: LinkPurpose, expo_id: int | None = None) -> MailedLink:
    """Look at a link without using it. Raises LinkIsOver."""
    link = db.session.scalar(
        sa.select(MailedLink).where(
            MailedLink.token_digest == tokens.digest(token),
            MailedLink.purpose == purpose,
            MailedLink.used_at.is_(None),
            MailedLink.expires_at > clock.real_now(),
        )
    )
    if link is None or (expo_id is not None and (link.person is None or link.person.expo_id != expo_id)):
        raise LinkIsOver(_("This link has been used or is too old. Ask for a new one."))
    return link


def use_link(*, token: str, purpose: LinkPurpose, expo_id: int | None = None) -> MailedLink:
    """Use a link, once: of two clicks at the same time one wins. The mailbox counts as verified. Raises LinkIsOver."""
    with transaction():
        link = open_link(token=token, purpose=purpose, expo_id=expo_id)
        used = execute(
            sa.update(MailedLink)
            .where(MailedLink.id == link.id, MailedLink.used_at.is_(None))
            .values(used_at=clock.real_now())
        )
        if used != 1:
            raise LinkIsOver(_("This link has been used or is too old. Ask for a new one."))
        if link.person and not link.person.email_verified_at:
            link.person.email_verified_at = clock.now()
            audit.record("email_verified", "person", link.person.id, expo_id=link.person.expo_id)
    return link


def new_calendar_address(person: Person) -> str:
    """A fresh token for the person's calendar; the earlier address stops working at once."""
    token = tokens.new()
    with transaction():
        person.calendar_token_digest = tokens.digest(token)
        person.calendar_fetched_at, person.calendar_program = None, ""
        audit.record("calendar_address_made", "person", person.id, expo_id=person.expo_id)
    return token


def end_calendar_address(person: Person) -> None:
    """The person's calendar has no address any more. Twice is once."""
    with transaction():
        if person.calendar_token_digest is not None:
            person.calendar_token_digest = person.calendar_fetched_at = None
            person.calendar_program = ""
            audit.record("calendar_address_ended", "person", person.id, expo_id=person.expo_id)


def create_token(*, account: Account, name: str, scopes: str) -> str:
    """An API token. It is shown this once; the database keeps its digest."""
    token = tokens.new()
    with transaction():
        db.session.add(
            ApiToken(
                account_id=account.id,
                name=name,
                scopes=scopes,
                token_digest=tokens.digest(token),
                created_at=clock.now(),
            )
        )
        audit.record("token_created", "account", account.id, after={"name": name, "scopes": scopes})
    return token
