"""Names of tracks, types, roles and areas, notes of venues and texts of single times in more languages; opening
hours of venues and rooms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

TEXTS = (
    ("areas", "names"),
    ("tracks", "names"),
    ("session_types", "names"),
    ("appearance_roles", "names"),
    ("conferences", "place_texts"),
    ("venues", "access_texts"),
    ("venues", "route_texts"),
    ("rooms", "accessibility_texts"),
    ("sessions", "notes"),
    ("session_versions", "notes"),
    ("occurrences", "abstracts"),
    ("occurrence_versions", "abstracts"),
)


def upgrade() -> None:
    for table, column in TEXTS:
        op.add_column(table, sa.Column(column, sa.JSON, nullable=False, server_default="{}"))
    for table in ("venues", "rooms"):
        op.add_column(table, sa.Column("text_language", sa.String(8), nullable=False, server_default=""))
        op.add_column(table, sa.Column("opening_hours", sa.JSON))


def downgrade() -> None:
    for table in ("rooms", "venues"):
        op.drop_column(table, "opening_hours")
        op.drop_column(table, "text_language")
    for table, column in reversed(TEXTS):
        op.drop_column(table, column)
