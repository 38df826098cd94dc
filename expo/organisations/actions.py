from __future__ import annotations

from expo.core import audit
from expo.core.db import db, transaction
from expo.core.text import folded, free_slug, one_line

from . import queries
from .models import Organisation, OrganisationKind


def find_or_create(
    *, name: str, kind: OrganisationKind = OrganisationKind.OTHER, city: str = "", country: str = ""
) -> Organisation:
    """The organisation of this name; made if it is new."""
    name = one_line(name)
    with transaction():
        known = queries.by_name(name)
        if known:
            return known
        organisation = Organisation(
            slug=free_slug(name, queries.slugs()),
            name=name,
            folded_name=folded(name),
            kind=kind,
            city=city,
            country=country,
        )
        db.session.add(organisation)
        db.session.flush()
        audit.record("organisation_created", "organisation", organisation.id, after={"name": name})
    return organisation
