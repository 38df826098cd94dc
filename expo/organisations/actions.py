from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from expo.core import audit, news
from expo.core.db import add_unless_there, db, execute, transaction
from expo.core.refusals import BadInput
from expo.core.text import folded, free_slug, one_line, slug

from . import queries
from .models import Group, GroupMember, Membership, Organisation, OrganisationKind
from .news import OrganisationsMerged


@dataclass(frozen=True, slots=True)
class OrganisationDraft:
    """What is known of an organisation. The official code is the one of its country."""

    name: str
    kind: OrganisationKind = OrganisationKind.OTHER
    official_code: str = ""
    city: str = ""
    country: str = ""


def find_or_create(
    *, name: str, kind: OrganisationKind = OrganisationKind.OTHER, city: str = "", country: str = ""
) -> Organisation:
    """The organisation of this name; made if it is new."""
    name = one_line(name)
    with transaction():
        known = queries.by_name(name)
        if known:
            return known
        return save(draft=OrganisationDraft(name, kind, city=city, country=country))[0]


def save(
    *, draft: OrganisationDraft, organisation: Organisation | None = None, wanted_slug: str = ""
) -> tuple[Organisation, bool]:
    """Make an organisation, or bring this one to what the draft says. Returns it and whether anything changed.

    Raises BadInput where it has no name, or another one of the country has its official code.
    """
    name = one_line(draft.name)
    if not name:
        raise BadInput(_("An organisation needs a name."), field="name")
    values = {**asdict(draft), "name": name}
    with transaction():
        holder = queries.by_code(draft.country, draft.official_code)
        if holder is not None and holder is not organisation:
            raise BadInput(
                _("%(name)s has this official code already.", name=holder.name), field="official_code"
            )
        if organisation is None:
            organisation = Organisation(
                slug=wanted_slug or free_slug(name, queries.slugs()), folded_name=folded(name), **values
            )
            db.session.add(organisation)
            db.session.flush()
            audit.record("organisation_created", "organisation", organisation.id, after={"name": name})
            return organisation, True
        before = {key: getattr(organisation, key) for key in values}
        if before == values:
            return organisation, False
        for key, value in values.items():
            setattr(organisation, key, value)
        organisation.folded_name = folded(name)
        changed = {key: str(value) for key, value in values.items() if before[key] != value}
        audit.record(
            "organisation_changed",
            "organisation",
            organisation.id,
            before={key: str(before[key]) for key in changed},
            after=changed,
        )
    return organisation, True


def make_member(*, member: Organisation, whole: Organisation) -> bool:
    """Note that one belongs to the other; False if it was noted already. Raises BadInput for itself."""
    if member.id == whole.id:
        raise BadInput(_("Nobody is a member of itself."), field="member_of")
    with transaction():
        if not add_unless_there(Membership(whole_id=whole.id, member_id=member.id)):
            return False
        audit.record("membership_noted", "organisation", member.id, after={"member of": whole.slug})
    return True


def find_or_create_group(*, name: str) -> Group:
    """The group of this name; made if it is new."""
    name = one_line(name)
    with transaction():
        known = queries.group(slug(name))
        if known:
            return known
        group = Group(slug=slug(name), name=name)
        db.session.add(group)
        db.session.flush()
        audit.record("group_created", "organisation_group", group.id, after={"name": name})
    return group


def gather(*, name: str, organisations: Collection[Organisation]) -> Group:
    """Put these into the group of this name, made if it is new. Raises BadInput where it has no name, or nobody is
    to stand in it."""
    if not one_line(name):
        raise BadInput(_("A group needs a name."), field="name")
    if not organisations:
        raise BadInput(_("Tick at least one organisation."))
    with transaction():
        group = find_or_create_group(name=name)
        put_into_group(group=group, organisations=organisations)
    return group


def put_into_group(*, group: Group, organisations: Collection[Organisation]) -> int:
    """Put these into the group. Returns how many were not in it yet."""
    with transaction():
        new = [
            one
            for one in organisations
            if add_unless_there(GroupMember(group_id=group.id, organisation_id=one.id))
        ]
        if new:
            names = [one.slug for one in new]
            audit.record("group_grew", "organisation_group", group.id, after={"members": names})
    return len(new)


def take_out_of_group(*, group: Group, organisations: Collection[Organisation]) -> int:
    """Take these out of the group; they stay what they are. Returns how many were in it."""
    with transaction():
        gone = execute(
            sa.delete(GroupMember).where(
                GroupMember.group_id == group.id,
                GroupMember.organisation_id.in_([one.id for one in organisations]),
            )
        )
        if gone:
            names = [one.slug for one in organisations]
            audit.record("group_shrank", "organisation_group", group.id, before={"members": names})
    return gone


def keep(
    *,
    draft: OrganisationDraft,
    organisation: Organisation | None,
    wholes: Collection[str],
    groups: Collection[str],
) -> Organisation:
    """Save it with all that the page of an organisation says: of whom it is a member and in which groups it stands,
    by their names; a group that is new is made. Raises BadInput."""
    known = queries.named(wholes)
    for name in wholes:
        if folded(one_line(name)) not in known:
            raise BadInput(_("No organisation is called %(name)s.", name=name), field="wholes")
    with transaction():
        saved = save(draft=draft, organisation=organisation)[0]
        place_among(organisation=saved, wholes=list(known.values()), groups=groups)
    return saved


def place_among(
    *, organisation: Organisation, wholes: Collection[Organisation], groups: Collection[str]
) -> None:
    """Say of whom it is a member, and in which groups (by name) it stands: these, and no others. Raises BadInput."""
    with transaction():
        before = queries.wholes_of([organisation.id]).get(organisation.id, [])
        left = [one.id for one in before if one.id not in {each.id for each in wholes}]
        execute(
            sa.delete(Membership).where(
                Membership.member_id == organisation.id, Membership.whole_id.in_(left)
            )
        )
        for whole in wholes:
            make_member(member=organisation, whole=whole)
        wanted = {slug(one_line(name)) for name in groups if one_line(name)}
        for group in queries.groups_of([organisation.id]).get(organisation.id, []):
            if group.slug not in wanted:
                take_out_of_group(group=group, organisations=[organisation])
        for name in groups:
            if one_line(name):
                gather(name=name, organisations=[organisation])
        if left:
            audit.record("membership_ended", "organisation", organisation.id, before={"member of": left})


def merge(*, kept: Organisation, gone: Organisation) -> None:
    """Two rows are one body: members, groups and whatever points to one of them goes to the kept one, and the other
    is no more. Raises BadInput for one and the same, or where both have an official code."""
    if kept.id == gone.id:
        raise BadInput(_("Choose another organisation: this is the same one."), field="other")
    if kept.official_code and gone.official_code:
        raise BadInput(
            _("Both have an official code, so they are two. Correct the codes first."), field="other"
        )
    with transaction():
        if gone.official_code:
            code, country = gone.official_code, gone.country
            gone.official_code = ""
            db.session.flush()
            kept.official_code, kept.country = code, kept.country or country
        for whole_id, member_id in _memberships(gone.id):
            pair = [kept.id if one == gone.id else one for one in (whole_id, member_id)]
            if pair[0] != pair[1]:
                add_unless_there(Membership(whole_id=pair[0], member_id=pair[1]))
        for group_id in db.session.scalars(
            sa.select(GroupMember.group_id).where(GroupMember.organisation_id == gone.id)
        ).all():
            add_unless_there(GroupMember(group_id=group_id, organisation_id=kept.id))
        execute(
            sa.delete(Membership).where(
                sa.or_(Membership.whole_id == gone.id, Membership.member_id == gone.id)
            )
        )
        execute(sa.delete(GroupMember).where(GroupMember.organisation_id == gone.id))
        news.tell(OrganisationsMerged(kept.id, gone.id))
        audit.record(
            "organisations_merged", "organisation", kept.id, before={"gone": gone.slug, "name": gone.name}
        )
        db.session.delete(gone)


def _memberships(organisation_id: int) -> list[tuple[int, int]]:
    rows = db.session.execute(
        sa.select(Membership.whole_id, Membership.member_id).where(
            sa.or_(Membership.whole_id == organisation_id, Membership.member_id == organisation_id)
        )
    )
    return [(row[0], row[1]) for row in rows]


def mark_group(*, group: Group, mark: str) -> None:
    """What stands on the badges of a group's people, at most twelve letters; nothing for no mark. Raises BadInput."""
    mark = one_line(mark)
    if len(mark) > 12:
        raise BadInput(_("At most twelve letters: it stands on a badge."), field="mark")
    with transaction():
        before = group.mark
        group.mark = mark
        if before != mark:
            audit.record(
                "group_marked", "organisation_group", group.id, before={"mark": before}, after={"mark": mark}
            )
