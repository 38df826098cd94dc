"""What organisers write to many, who gets it, and who wants no more than they need."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer),
        sa.Column("segment", sa.JSON, nullable=False),
        sa.Column("texts", sa.JSON, nullable=False),
        sa.Column("needed", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("author", sa.String(80), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_messages_expo_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_messages_conference_id"),
        sa.CheckConstraint("state IN ('draft', 'sending', 'sent')", name="state"),
    )
    op.create_index("ix_messages_expo_id", "messages", ["expo_id", "id"])
    op.create_index("ix_messages_conference_id", "messages", ["conference_id"])
    op.create_table(
        "message_recipients",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("message_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("registration_code", sa.String(12), nullable=False),
        sa.Column("letter_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_message_recipients"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_message_recipients_expo_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_message_recipients_message_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_message_recipients_person_id"),
        sa.ForeignKeyConstraint(["letter_id"], ["letters.id"], name="fk_message_recipients_letter_id"),
        sa.UniqueConstraint("message_id", "person_id", name="uq_message_recipients_message_id_person_id"),
    )
    op.create_index("ix_message_recipients_expo_id", "message_recipients", ["expo_id"])
    op.create_index("ix_message_recipients_person_id", "message_recipients", ["person_id"])
    op.create_index("ix_message_recipients_todo", "message_recipients", ["message_id", "letter_id"])
    op.create_table(
        "messages_declined",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("declined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_messages_declined"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_messages_declined_expo_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_messages_declined_person_id"),
        sa.UniqueConstraint("person_id", name="uq_messages_declined_person_id"),
    )
    op.create_index("ix_messages_declined_expo_id", "messages_declined", ["expo_id"])


def downgrade() -> None:
    op.drop_table("messages_declined")
    op.drop_table("message_recipients")
    op.drop_table("messages")
