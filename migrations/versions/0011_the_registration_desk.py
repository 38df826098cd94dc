"""The registration desk: words to search persons by; tags, notes, filters, letters; lists of attendees."""

from __future__ import annotations

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_SPECIAL = str.maketrans(
    {"ø": "o", "đ": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i", "ħ": "h"}
)


def upgrade() -> None:
    op.add_column("persons", sa.Column("folded_words", sa.Text, nullable=False, server_default=""))
    _fold_persons()
    op.create_table(
        "desk_tags",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("word", sa.String(40), nullable=False),
        sa.Column("folded_word", sa.String(80), nullable=False),
        sa.Column("colour", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_tags"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_desk_tags_expo_id"),
        sa.UniqueConstraint("expo_id", "folded_word", name="uq_desk_tags_expo_id_folded_word"),
        sa.CheckConstraint("colour BETWEEN 1 AND 8", name=op.f("ck_desk_tags_colour")),
    )
    op.create_table(
        "desk_taggings",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer, nullable=False),
        sa.Column("tag_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_taggings"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_desk_taggings_expo_id"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name="fk_desk_taggings_registration_id"
        ),
        sa.ForeignKeyConstraint(["tag_id"], ["desk_tags.id"], name="fk_desk_taggings_tag_id"),
        sa.UniqueConstraint("registration_id", "tag_id", name="uq_desk_taggings_registration_id_tag_id"),
    )
    op.create_index("ix_desk_taggings_expo_id", "desk_taggings", ["expo_id"])
    op.create_index("ix_desk_taggings_tag_id", "desk_taggings", ["tag_id"])
    op.create_table(
        "desk_notes",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer, nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_notes"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_desk_notes_expo_id"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name="fk_desk_notes_registration_id"
        ),
    )
    op.create_index("ix_desk_notes_expo_id", "desk_notes", ["expo_id"])
    op.create_index("ix_desk_notes_registration_id", "desk_notes", ["registration_id"])
    op.create_table(
        "desk_filters",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("query", sa.String(600), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_filters"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_desk_filters_expo_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_desk_filters_conference_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_desk_filters_account_id"),
    )
    op.create_index("ix_desk_filters_account_id", "desk_filters", ["account_id"])
    _unique_name("uq_desk_filters_expo", "expo_id", "conference_id IS NULL")
    _unique_name("uq_desk_filters_conference", "conference_id", "conference_id IS NOT NULL")
    op.create_table(
        "desk_letters",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer, nullable=False),
        sa.Column("letter_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_desk_letters"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_desk_letters_expo_id"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name="fk_desk_letters_registration_id"
        ),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_desk_letters_letter_id"),
        sa.UniqueConstraint("registration_id", "letter_id", name="uq_desk_letters_registration_id_letter_id"),
    )
    op.create_index("ix_desk_letters_expo_id", "desk_letters", ["expo_id"])
    op.create_index("ix_desk_letters_letter_id", "desk_letters", ["letter_id"])
    _attendees()


def _unique_name(index: str, column: str, where: str) -> None:
    condition = sa.text(where)
    op.create_index(
        index, "desk_filters", [column, "name"], unique=True,
        sqlite_where=condition, postgresql_where=condition,
    )  # fmt: skip


def _attendees() -> None:
    op.create_table(
        "attendee_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True)),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attendee_files"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_attendee_files_expo_id"),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name="fk_attendee_files_conference_id"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_attendee_files_account_id"),
    )
    op.create_index("ix_attendee_files_expo_id", "attendee_files", ["expo_id"])
    op.create_index("ix_attendee_files_conference_id", "attendee_files", ["conference_id"])
    op.create_table(
        "attendee_keys",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer, nullable=False),
        sa.Column("external_id", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_attendee_keys"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_attendee_keys_expo_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_attendee_keys_conference_id"),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name="fk_attendee_keys_registration_id"
        ),
        sa.UniqueConstraint(
            "conference_id", "external_id", name="uq_attendee_keys_conference_id_external_id"
        ),
    )
    op.create_index("ix_attendee_keys_expo_id", "attendee_keys", ["expo_id"])
    op.create_index("ix_attendee_keys_registration_id", "attendee_keys", ["registration_id"])


def _fold_persons() -> None:
    """As expo.core.text.folded did it in this version."""
    persons = sa.table(
        "persons", *(sa.column(name) for name in ("id", "name", "organisation", "city", "folded_words"))
    )
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(persons.c.id, persons.c.name, persons.c.organisation, persons.c.city)
    ).all()
    for number, *texts in rows:
        whole = " ".join(filter(None, texts)).casefold().translate(_SPECIAL)
        words = "".join(
            sign for sign in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(sign)
        )
        connection.execute(sa.update(persons).where(persons.c.id == number).values(folded_words=words))


def downgrade() -> None:
    for table in (
        "attendee_keys", "attendee_files", "desk_letters", "desk_filters", "desk_notes", "desk_taggings", "desk_tags",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("persons", "folded_words")
