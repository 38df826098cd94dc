"""Organisations have official codes and belong to each other and to groups of cities; delegations nominate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0006"

_KINDS = ["city", "member_state", "international", "civil_society", "academia", "company", "press", "other"]


def upgrade() -> None:
    _kinds([*_KINDS, "municipality"])
    op.add_column(
        "organisations", sa.Column("official_code", sa.String(20), nullable=False, server_default="")
    )
    coded = sa.text("official_code <> ''")
    op.create_index(
        "uq_organisations_official_code", "organisations", ["country", "official_code"], unique=True,
        sqlite_where=coded, postgresql_where=coded,
    )  # fmt: skip
    _organisations()


def _organisations() -> None:
    op.create_table(
        "organisation_memberships",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("whole_id", sa.Integer, nullable=False),
        sa.Column("member_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_memberships"),
        sa.ForeignKeyConstraint(
            ["whole_id"], ["organisations.id"], name="fk_organisation_memberships_whole_id"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["organisations.id"], name="fk_organisation_memberships_member_id"
        ),
        sa.UniqueConstraint("whole_id", "member_id", name="uq_organisation_memberships_whole_id_member_id"),
        sa.CheckConstraint("whole_id <> member_id", name=op.f("ck_organisation_memberships_not_of_itself")),
    )
    op.create_index("ix_organisation_memberships_member_id", "organisation_memberships", ["member_id"])
    op.create_table(
        "organisation_groups",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("slug", sa.String(80), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_groups"),
        sa.UniqueConstraint("slug", name="uq_organisation_groups_slug"),
    )
    op.create_table(
        "organisation_group_members",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("group_id", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation_group_members"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["organisation_groups.id"], name="fk_organisation_group_members_group_id"
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_organisation_group_members_organisation_id"
        ),
        sa.UniqueConstraint(
            "group_id", "organisation_id", name="uq_organisation_group_members_group_id_organisation_id"
        ),
    )
    op.create_index(
        "ix_organisation_group_members_organisation_id", "organisation_group_members", ["organisation_id"]
    )


def _kinds(kinds: list[str]) -> None:
    """The list of kinds is a CHECK of the table, which SQLite changes only by building the table anew."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("organisations") as organisations:
        if op.get_bind().dialect.name != "sqlite":
            organisations.drop_constraint("ck_organisations_kind", type_="check")
        organisations.create_check_constraint(op.f("ck_organisations_kind"), f"kind IN ({listed})")


def downgrade() -> None:
    op.drop_table("organisation_group_members")
    op.drop_table("organisation_groups")
    op.drop_table("organisation_memberships")
    op.drop_index("uq_organisations_official_code", "organisations")
    with op.batch_alter_table("organisations") as organisations:
        organisations.drop_column("official_code")
    op.execute("UPDATE organisations SET kind = 'city' WHERE kind = 'municipality'")
    _kinds(_KINDS)
