"""A refusal: a rule said no, in one sentence that the person reads."""

from __future__ import annotations


class Refusal(Exception):
    """Raised by an action that a rule forbids. Being an exception, it also undoes the transaction.

    `code` is the API's name of the rule, `status` the HTTP answer; the message is for the person, in their
    language, and says what to do next where there is something to do. `help_url` may point there.
    """

    code = "refused"
    status = 409

    def __init__(self, message: str, *, help_url: str | None = None, **facts: object) -> None:
        super().__init__(message)
        self.message = str(message)
        self.help_url = help_url
        self.facts = facts


class NotFound(Refusal):
    """There is no such thing, or not for this person: both look the same."""

    code = "not_found"
    status = 404


class Forbidden(Refusal):
    """Signed in, but this is another team's work."""

    code = "forbidden"
    status = 403


class BadInput(Refusal):
    """Something was typed that cannot be meant. `field` names where."""

    code = "bad_input"
    status = 422


class ChangedMeanwhile(Refusal):
    """Somebody else saved first. Nothing was lost: the page shows both."""

    code = "changed_meanwhile"


class TooOften(Refusal):
    """A guessable thing was tried too often. `retry_after` is in seconds."""

    code = "too_often"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message, retry_after=retry_after)
        self.retry_after = retry_after
