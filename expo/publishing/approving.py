"""A release by two: one person drafts it, another approves it, then it is published. What is approved is what stood
there; if the draft changes after that, it is looked at once more."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, clock
from expo.core.db import db, lock, transaction
from expo.expos.models import Expo
from expo.mail import outbox
from expo.programme import queries as programme
from expo.programme import teams
from expo.programme.models import Conference
from expo.programme.words import Deed

from . import actions, covering
from .covering import Covered
from .models import Proposal, Release
from .refusals import NothingToPublish, NotTheSecond, ProposalIsOver


def propose(*, expo: Expo, scope: Covered, note: str = "") -> Proposal:
    """Draft a release; those who may approve it have a letter. An earlier draft of the same scope ends.
    Raises NothingToPublish."""
    with transaction():
        lock(expo)
        found = scope.waiting(expo.id)
        if not found:
            raise NothingToPublish(_("Everything in this scope is published already."))
        for earlier in waiting(expo.id):
            if (earlier.scope, earlier.scope_key) == (scope.kind, scope.key):
                earlier.ended_at = clock.now()
        proposal = Proposal(
            expo_id=expo.id, scope=scope.kind, scope_key=scope.key, note=note.strip(),
            digest=found.digest(), changes=found.told(), made_by=audit.actor(),
            made_at=clock.now(),
        )  # fmt: skip
        db.session.add(proposal)
        db.session.flush()
        _record("release_proposed", proposal)
        _tell(proposal, {one.id for one in found.conferences()})
    return proposal


def approve(*, proposal: Proposal) -> None:
    """Say that this may be published. Raises NotTheSecond, ProposalIsOver."""
    with transaction():
        lock(proposal)
        _check_open(proposal)
        if proposal.made_by == audit.actor():
            raise NotTheSecond(_("Somebody else has to look at what you drafted."))
        if proposal.approved_at is not None:
            return
        _same(proposal)
        proposal.approved_by, proposal.approved_at = audit.actor(), clock.now()
        _record("release_approved", proposal)


def publish(*, proposal: Proposal) -> Release:
    """Publish what was approved, and nothing else. Raises ProposalIsOver, NeedsApproval."""
    with transaction():
        expo = db.session.get_one(Expo, proposal.expo_id)
        lock(expo)
        lock(proposal)
        _check_open(proposal)
        scope = _same(proposal)
        release = actions.publish(
            expo=expo,
            conference=db.session.get(Conference, scope.conference_id) if scope.conference_id else None,
            session=programme.session(expo.id, scope.key) if scope.session_ids else None,
            day=scope.day,
            note=proposal.note,
            approved=proposal,
        )
        proposal.ended_at, proposal.release_id = clock.now(), release.id
    return release


def withdraw(*, proposal: Proposal) -> None:
    """It is not published as it stands. Twice is once."""
    with transaction():
        lock(proposal)
        if proposal.ended_at is None:
            proposal.ended_at = clock.now()
            _record("release_withdrawn", proposal)


def waiting(expo_id: int) -> list[Proposal]:
    """What is drafted or approved and not published, the oldest first."""
    return list(
        db.session.scalars(
            sa.select(Proposal)
            .where(Proposal.expo_id == expo_id, Proposal.ended_at.is_(None))
            .order_by(Proposal.id)
        )
    )


def one(expo_id: int, proposal_id: int) -> Proposal | None:
    return db.session.scalar(
        sa.select(Proposal).where(Proposal.expo_id == expo_id, Proposal.id == proposal_id)
    )


def _check_open(proposal: Proposal) -> None:
    if proposal.ended_at is not None:
        raise ProposalIsOver(_("This was published or withdrawn already."))


def _same(proposal: Proposal) -> Covered:
    """Its scope, if the draft is still what was proposed."""
    scope = covering.read(proposal.expo_id, proposal.scope, proposal.scope_key)
    if scope is None or scope.waiting(proposal.expo_id).digest() != proposal.digest:
        raise ProposalIsOver(
            _("The draft has changed since. Draft the release anew, so that both of you see the same.")
        )
    return scope


def _record(action: str, proposal: Proposal) -> None:
    audit.record(
        action, "proposal", proposal.id, expo_id=proposal.expo_id, why=proposal.note or None,
        after={"scope": proposal.scope.value, "key": proposal.scope_key, "changes": len(proposal.changes)},
    )  # fmt: skip


def _tell(proposal: Proposal, conference_ids: set[int]) -> None:
    seconds = {
        account.id: account
        for conference_id in sorted(conference_ids)
        for account in teams.accounts_with(proposal.expo_id, conference_id, Deed.PUBLISH)
        if f"account:{account.id}" != proposal.made_by
    }
    for account in seconds.values():
        outbox.queue(
            "release_waits", to=account.email, language=account.language, expo_id=proposal.expo_id,
            name=account.name, changes=len(proposal.changes), note=proposal.note,
        )  # fmt: skip
