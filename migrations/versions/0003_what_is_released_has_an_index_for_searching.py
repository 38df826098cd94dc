"""What is released has an index for searching. It is made empty; `expo migrate` fills it afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

COLUMNS = ("title", "people", "places", "abstract")
NEW = "INSERT INTO search_index(rowid, title, people, places, abstract) VALUES (new.id, new.title, new.people, new.places, new.abstract);"
OLD = "INSERT INTO search_index(search_index, rowid, title, people, places, abstract) VALUES ('delete', old.id, old.title, old.people, old.places, old.abstract);"
# The words come folded and parted, so no parser of either database reads them again. Position and weight of each
# word say its column.
WEIGHTS = (("title", "1A"), ("people", "2B"), ("places", "3C"), ("abstract", "4D"))


def upgrade() -> None:
    op.create_table(
        "search_entries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("expo_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("conference_id", sa.Integer(), nullable=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in COLUMNS),
        sa.Column("spelling", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=32), nullable=False),
        sa.CheckConstraint(
            "kind IN ('session', 'person', 'room', 'venue', 'conference')",
            name=op.f("ck_search_entries_kind"),
        ),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name=op.f("fk_search_entries_expo_id")),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name=op.f("fk_search_entries_conference_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_entries")),
    )
    op.create_index("ix_search_entries_expo", "search_entries", ["expo_id", "kind"])
    op.create_index(op.f("ix_search_entries_conference_id"), "search_entries", ["conference_id"])
    for name, columns, where in (
        ("uq_search_entries_open", ["kind", "subject_id"], "conference_id IS NULL"),
        ("uq_search_entries_closed", ["kind", "subject_id", "conference_id"], "conference_id IS NOT NULL"),
    ):
        there = sa.text(where)
        op.create_index(
            name, "search_entries", columns, unique=True, sqlite_where=there, postgresql_where=there
        )
    if op.get_bind().dialect.name == "sqlite":
        _sqlite()
    else:
        _postgresql()


def _sqlite() -> None:
    # The tokenizer "ascii" parts at the spaces between our words, and at nothing else that they hold.
    op.execute(
        "CREATE VIRTUAL TABLE search_index USING fts5(title, people, places, abstract, content='search_entries', "
        "content_rowid='id', tokenize='ascii', prefix='1 2 3', detail='column', columnsize=0)"
    )
    op.execute(f"CREATE TRIGGER search_index_added AFTER INSERT ON search_entries BEGIN {NEW} END")
    op.execute(f"CREATE TRIGGER search_index_gone AFTER DELETE ON search_entries BEGIN {OLD} END")
    op.execute(f"CREATE TRIGGER search_index_changed AFTER UPDATE ON search_entries BEGIN {OLD} {NEW} END")


def _postgresql() -> None:
    vector = " || ".join(f"replace({column}, ' ', '\\:{weight} ')" for column, weight in WEIGHTS)
    op.execute(
        "ALTER TABLE search_entries ADD COLUMN search_index tsvector "
        f"GENERATED ALWAYS AS (CAST({vector} AS tsvector)) STORED"
    )
    op.execute("CREATE INDEX search_index_words ON search_entries USING gin (search_index)")


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE search_index")
    op.drop_table("search_entries")
