"""What conferences ask of those who register, and what they answered; who gives the last of two approvals;
who was invited, and what they said."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

_KINDS = (
    "text",
    "long_text",
    "choice",
    "choices",
    "number",
    "date",
    "country",
    "file",
    "photo",
    "access",
    "diet",
)


def upgrade() -> None:
    # Until now whoever decided gave both approvals.
    with op.batch_alter_table("ticket_types") as types:
        types.add_column(sa.Column("owners_last", sa.Boolean, nullable=False, server_default=sa.false()))
    with op.batch_alter_table("ticket_types") as types:
        types.alter_column("owners_last", server_default=None)
    _invitations()
    _questions()
    op.create_table(
        "answers",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer, nullable=False),
        sa.Column("question_id", sa.Integer, nullable=False),
        sa.Column("value", sa.JSON(none_as_null=True)),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answers"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_answers_expo_id"),
        sa.ForeignKeyConstraint(["registration_id"], ["registrations.id"], name="fk_answers_registration_id"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_answers_question_id"),
        sa.UniqueConstraint("registration_id", "question_id", name="uq_answers_registration_id_question_id"),
        sa.CheckConstraint("(value IS NULL) <> (sealed IS NULL)", name=op.f("ck_answers_one_form")),
    )
    op.create_index("ix_answers_expo_id", "answers", ["expo_id"])
    op.create_index("ix_answers_question_id", "answers", ["question_id"])
    op.create_table(
        "answer_files",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("question_id", sa.Integer, nullable=False),
        sa.Column("answer_id", sa.Integer),
        sa.Column("token_digest", sa.LargeBinary(32)),
        sa.Column("stored", sa.String(64), nullable=False),
        sa.Column("told", sa.JSON(none_as_null=True)),
        sa.Column("sealed", sa.LargeBinary),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_answer_files"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_answer_files_expo_id"),
        sa.ForeignKeyConstraint(["question_id"], ["questions.id"], name="fk_answer_files_question_id"),
        sa.ForeignKeyConstraint(["answer_id"], ["answers.id"], name="fk_answer_files_answer_id"),
        sa.UniqueConstraint("answer_id", name="uq_answer_files_answer_id"),
        sa.UniqueConstraint("token_digest", name="uq_answer_files_token_digest"),
        sa.UniqueConstraint("stored", name="uq_answer_files_stored"),
        sa.CheckConstraint("size >= 0", name=op.f("ck_answer_files_size")),
    )
    op.create_index("ix_answer_files_expo_id", "answer_files", ["expo_id"])
    op.create_index("ix_answer_files_question_id", "answer_files", ["question_id"])


def _invitations() -> None:
    op.create_table(
        "invitations",
        *(
            sa.Column(name, sa.Integer, nullable=False)
            for name in ("id", "expo_id", "conference_id", "voucher_id")
        ),
        sa.Column("list_name", sa.String(120), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(name, sa.DateTime(timezone=True))
            for name in ("opened_at", "declined_at", "reminded_at")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_invitations"),
        *(
            sa.ForeignKeyConstraint([f"{one}_id"], [f"{one}s.id"], name=f"fk_invitations_{one}_id")
            for one in ("expo", "conference", "voucher")
        ),
        sa.UniqueConstraint("voucher_id", name="uq_invitations_voucher_id"),
    )
    op.create_index("ix_invitations_expo_id", "invitations", ["expo_id"])
    op.create_index("ix_invitations_conference_id", "invitations", ["conference_id"])
    # Those that went out one by one are invitations, too.
    op.execute(
        "INSERT INTO invitations (expo_id, conference_id, voucher_id, list_name, name, organisation, language,"
        " message, sent_at) SELECT v.expo_id, v.conference_id, v.id, '', '', '',"
        " CASE WHEN e.languages LIKE 'en%' THEN 'en' ELSE 'sv' END, '', v.created_at"
        " FROM vouchers v JOIN expos e ON e.id = v.expo_id WHERE v.for_email <> ''"
    )


def _questions() -> None:
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.create_table(
        "questions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        *(
            sa.Column(name, sa.JSON(none_as_null=True), nullable=False)
            for name in ("labels", "hints", "purposes", "options")
        ),
        sa.Column("required", sa.Boolean, nullable=False),
        sa.Column("is_sealed", sa.Boolean, nullable=False),
        *(
            sa.Column(name, sa.JSON(none_as_null=True), nullable=False)
            for name in ("readers", "categories", "ticket_type_ids")
        ),
        sa.Column("depends_on_id", sa.Integer),
        sa.Column("depends_on", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("change_until", sa.Date),
        sa.Column("keep_until", sa.Date, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_questions"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_questions_expo_id"),
        sa.ForeignKeyConstraint(["conference_id"], ["conferences.id"], name="fk_questions_conference_id"),
        sa.ForeignKeyConstraint(["depends_on_id"], ["questions.id"], name="fk_questions_depends_on_id"),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_questions_kind")),
        sa.CheckConstraint(
            "depends_on_id IS NULL OR depends_on_id <> id", name=op.f("ck_questions_not_on_itself")
        ),
    )
    op.create_index("ix_questions_expo_id", "questions", ["expo_id"])
    op.create_index("ix_questions_depends_on_id", "questions", ["depends_on_id"])
    op.create_index("ix_questions_keep_until", "questions", ["keep_until"])
    op.create_index("ix_questions_conference_id_position", "questions", ["conference_id", "position"])


def downgrade() -> None:
    for table in ("answer_files", "answers", "questions", "invitations"):
        op.drop_table(table)
    with op.batch_alter_table("ticket_types") as types:
        types.drop_column("owners_last")
