"""Writing a message, and sending it: once, to those who were shown, in chunks that a crash neither loses nor repeats."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from flask_babel import ngettext

from expo.accounts.models import Account, Person
from expo.core import audit, clock, jobs, tokens
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.refusals import BadInput
from expo.core.text import one_line
from expo.expos.models import Expo
from expo.mail import outbox
from expo.programme.models import Conference

from . import queries, segments
from .models import Message, MessageRecipient, MessagesDeclined, MessageState
from .refusals import AlreadySent, NobodyThere, OthersThanShown
from .segments import Segment

CHUNK = 200  # letters in one transaction
LONGEST = 20_000
_JOB = "send_message"
_DECLINE = "decline messages"

Texts = dict[str, tuple[str, str]]  # language: subject, body


def save(
    *,
    expo_id: int,
    conference: Conference | None,
    segment: Segment,
    texts: Texts,
    needed: bool,
    message: Message | None = None,
) -> Message:
    """Keep a draft. Raises BadInput where no language has both subject and body, AlreadySent."""
    cleaned = {}
    for language, (subject, body) in texts.items():
        subject, body = one_line(subject)[:200], body.strip()
        if bool(subject) != bool(body):
            raise BadInput(
                _("Write both subject and text in a language, or neither."), field=f"subject_{language}"
            )
        if len(body) > LONGEST:
            raise BadInput(_("That is too long for a letter."), field=f"body_{language}")
        if subject:
            cleaned[language] = {"subject": subject, "body": body}
    if not cleaned:
        raise BadInput(
            _("Write a subject and a text in one language at least."), field=f"subject_{next(iter(texts))}"
        )
    with transaction():
        if message is None:
            message = Message(
                expo_id=expo_id,
                conference_id=conference and conference.id,
                segment=segment,
                texts=cleaned,
                needed=needed,
                author=audit.actor(),
                written_at=clock.now(),
            )
            db.session.add(message)
            db.session.flush()
        else:
            changed = execute(
                sa.update(Message)
                .where(Message.id == message.id, Message.state == MessageState.DRAFT)
                .values(texts=cleaned, needed=needed, written_at=clock.now())
            )
            if not changed:
                raise AlreadySent(_("This message has been sent. Write a new one."))
            db.session.refresh(message)
        audit.record("message_written", "message", message.id, expo_id=expo_id)
    return message


def discard(*, message: Message) -> None:
    """Throw a draft away. Raises AlreadySent."""
    with transaction():
        gone = execute(
            sa.delete(Message).where(Message.id == message.id, Message.state == MessageState.DRAFT)
        )
        if not gone:
            raise AlreadySent(_("This message has been sent. It stays in the log."))
        audit.record("message_discarded", "message", message.id, expo_id=message.expo_id)


def send(*, message: Message, shown: int) -> int:
    """Settle who gets it, and begin. `shown` is how many the author was shown. Returns how many there are.

    Raises AlreadySent (the second press of a button), OthersThanShown, NobodyThere.
    """
    with transaction():
        taken = execute(
            sa.update(Message)
            .where(Message.id == message.id, Message.state == MessageState.DRAFT)
            .values(state=MessageState.SENDING, sent_at=clock.now())
        )
        if not taken:
            raise AlreadySent(_("This message has been sent. Nobody gets it twice."))
        rows = [
            {
                "expo_id": message.expo_id,
                "message_id": message.id,
                "person_id": person,
                "registration_code": code,
            }
            for person, code in db.session.execute(segments.recipients(message))
        ]
        if not rows:
            raise NobodyThere(_("There is nobody in this group who has an address."))
        if len(rows) != shown:
            raise OthersThanShown(
                ngettext(
                    "There is now %(num)s person in this group. Look once more, then send.",
                    "There are now %(num)s people in this group. Look once more, then send.",
                    len(rows),
                )
            )
        db.session.execute(sa.insert(MessageRecipient), rows)
        jobs.add(_JOB, {"message": message.id}, key=f"{_JOB}:{message.id}")
        audit.record(
            "message_sent", "message", message.id, expo_id=message.expo_id,
            after={"people": len(rows), "conference": message.conference_id, "segment": message.segment},
        )  # fmt: skip
    return len(rows)


@jobs.handler(_JOB, lease=timedelta(minutes=30))
def _send(payload: dict[str, Any]) -> None:
    """Write the letters, chunk by chunk; a chunk and its letters are one transaction."""
    while _chunk(payload["message"]):
        pass


def _chunk(message_id: int) -> bool:
    with transaction():
        message = db.session.get(Message, message_id)
        if message is None or message.state is not MessageState.SENDING:
            return False
        todo = list(
            db.session.scalars(
                sa.select(MessageRecipient)
                .where(MessageRecipient.message_id == message_id, MessageRecipient.letter_id.is_(None))
                .order_by(MessageRecipient.id)
                .limit(CHUNK)
                .with_for_update()
            )
        )
        people = {
            person.id: person
            for person in db.session.scalars(
                sa.select(Person).where(Person.id.in_([one.person_id for one in todo]))
            )
        }
        for one in todo:
            person = people[one.person_id]
            if not person.email:  # it was taken back since: nothing to write to
                db.session.delete(one)
                continue
            letter = _letter(message, person, one.registration_code)
            db.session.flush()
            one.letter_id = letter.id
        if not todo:
            message.state = MessageState.SENT
        return bool(todo)


def _letter(message: Message, person: Person, code: str) -> Any:
    language, words = queries.words_for(message, person.language)
    return outbox.queue(
        "message",
        to=person.email or "",
        language=language,
        expo_id=message.expo_id,
        unsubscribe=None if message.needed else decline_address(person),
        registration={"code": code},
        name=person.name,
        subject=words["subject"],
        body=words["body"],
        sender=queries.sender(message, language),
    )


def send_to_author(*, message: Message, account: Account) -> None:
    """Send each language to the author's own address, to be looked at in a mailbox."""
    with transaction():
        for language, words in message.texts.items():
            outbox.queue(
                "message",
                to=account.email,
                language=language,
                expo_id=message.expo_id,
                name=account.name,
                subject=words["subject"],
                body=words["body"],
                sender=queries.sender(message, language),
            )


def decline_address(person: Person) -> str:
    """Where somebody says that they want no messages that they do not need. Made again from the person's number, so
    it is nowhere kept."""
    expo = db.session.get_one(Expo, person.expo_id)
    base = current_app.config["EXPO"].base_url.rstrip("/")
    token = tokens.derived(_DECLINE, str(person.id).encode())
    return f"{base}/{expo.slug}/decline/{person.id}/{token}"


def declines(*, expo_id: int, person_id: int, token: str) -> Person | None:
    """The person whose address this is; None where it is not."""
    made = tokens.derived_by_all(_DECLINE, str(person_id).encode())
    if not any(tokens.digest(token) == tokens.digest(one) for one in made):
        return None
    return db.session.scalar(sa.select(Person).where(Person.expo_id == expo_id, Person.id == person_id))


def decline(*, person: Person) -> None:
    """Note that somebody wants no more of these. Twice is once."""
    with transaction():
        row = MessagesDeclined(expo_id=person.expo_id, person_id=person.id, declined_at=clock.now())
        if add_unless_there(row):
            audit.record("messages_declined", "person", person.id, expo_id=person.expo_id)


def want_again(*, person: Person) -> None:
    """Take it back."""
    with transaction():
        if execute(sa.delete(MessagesDeclined).where(MessagesDeclined.person_id == person.id)):
            audit.record("messages_wanted", "person", person.id, expo_id=person.expo_id)
