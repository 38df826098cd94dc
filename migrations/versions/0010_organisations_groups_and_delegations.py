"""Organisations have official codes and belong to each other and to groups of cities; delegations nominate."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

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
    _delegations()
    _nominees()


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


def _delegations() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "delegations",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("organisation_id", sa.Integer),
        sa.Column("code", sa.String(12), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("folded_name", sa.String(200), nullable=False),
        sa.Column("city", sa.String(120), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("focal_name", sa.String(200), nullable=False),
        sa.Column("focal_email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("message", sa.Text, nullable=False),
        sa.Column("nominate_until", moment),
        sa.Column("invited_at", moment, nullable=False),
        sa.Column("sent_at", moment, nullable=False),
        *(
            sa.Column(name, moment)
            for name in ("opened_at", "answered_at", "declined_at", "closed_at", "reminded_at")
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delegations"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_delegations_expo_id"),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisations.id"], name="fk_delegations_organisation_id"
        ),
        sa.UniqueConstraint("expo_id", "code", name="uq_delegations_expo_id_code"),
        sa.CheckConstraint("declined_at IS NULL OR closed_at IS NULL", name=op.f("ck_delegations_one_end")),
    )
    op.create_index("ix_delegations_organisation_id", "delegations", ["organisation_id"])
    op.create_table(
        "delegation_conferences",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("delegation_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delegation_conferences"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_delegation_conferences_expo_id"),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name="fk_delegation_conferences_delegation_id"
        ),
        sa.ForeignKeyConstraint(
            ["conference_id"], ["conferences.id"], name="fk_delegation_conferences_conference_id"
        ),
        sa.UniqueConstraint(
            "delegation_id", "conference_id", name="uq_delegation_conferences_delegation_id_conference_id"
        ),
    )
    op.create_index("ix_delegation_conferences_expo_id", "delegation_conferences", ["expo_id"])
    op.create_index("ix_delegation_conferences_conference_id", "delegation_conferences", ["conference_id"])
    categories = (
        "'visitor', 'city', 'member_state', 'international', 'civil_society', 'academia', 'company', 'press', "
        "'speaker', 'staff'"
    )
    op.create_table(
        "delegation_seats",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("delegation_id", sa.Integer, nullable=False),
        sa.Column("category", sa.String(32), nullable=False),
        sa.Column("pool_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_delegation_seats"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_delegation_seats_expo_id"),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name="fk_delegation_seats_delegation_id"
        ),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name="fk_delegation_seats_pool_id"),
        sa.UniqueConstraint("delegation_id", "category", name="uq_delegation_seats_delegation_id_category"),
        sa.UniqueConstraint("pool_id", name="uq_delegation_seats_pool_id"),
        sa.CheckConstraint(f"category IN ({categories})", name=op.f("ck_delegation_seats_category")),
    )
    op.create_index("ix_delegation_seats_expo_id", "delegation_seats", ["expo_id"])


def _nominees() -> None:
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "nominees",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("delegation_id", sa.Integer, nullable=False),
        sa.Column("seats_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer),
        sa.Column("replaces_id", sa.Integer),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("state_since", moment, nullable=False),
        sa.Column("nominated_at", moment, nullable=False),
        sa.Column("opened_at", moment),
        sa.Column("reminded_at", moment),
        sa.PrimaryKeyConstraint("id", name="pk_nominees"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_nominees_expo_id"),
        sa.ForeignKeyConstraint(["delegation_id"], ["delegations.id"], name="fk_nominees_delegation_id"),
        sa.ForeignKeyConstraint(["seats_id"], ["delegation_seats.id"], name="fk_nominees_seats_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_nominees_person_id"),
        sa.ForeignKeyConstraint(["replaces_id"], ["nominees.id"], name="fk_nominees_replaces_id"),
        sa.CheckConstraint(
            "state IN ('invited', 'registered', 'withdrawn', 'substituted', 'declined', 'ended')",
            name=op.f("ck_nominees_state"),
        ),
    )
    for column in ("expo_id", "delegation_id", "person_id"):
        op.create_index(f"ix_nominees_{column}", "nominees", [column])
    _partial("ix_nominees_live", "nominees", "seats_id", "state IN ('invited', 'registered')", unique=False)
    _partial("uq_nominees_replaces", "nominees", "replaces_id", "replaces_id IS NOT NULL")
    op.create_table(
        "nominee_tickets",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("nominee_id", sa.Integer, nullable=False),
        sa.Column("ticket_type_id", sa.Integer, nullable=False),
        sa.Column("registration_id", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_nominee_tickets"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_nominee_tickets_expo_id"),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name="fk_nominee_tickets_nominee_id"),
        sa.ForeignKeyConstraint(
            ["ticket_type_id"], ["ticket_types.id"], name="fk_nominee_tickets_ticket_type_id"
        ),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registrations.id"], name="fk_nominee_tickets_registration_id"
        ),
        sa.UniqueConstraint(
            "nominee_id", "ticket_type_id", name="uq_nominee_tickets_nominee_id_ticket_type_id"
        ),
        sa.UniqueConstraint("registration_id", name="uq_nominee_tickets_registration_id"),
    )
    op.create_index("ix_nominee_tickets_expo_id", "nominee_tickets", ["expo_id"])
    op.create_index("ix_nominee_tickets_ticket_type_id", "nominee_tickets", ["ticket_type_id"])
    op.create_table(
        "delegation_links",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("delegation_id", sa.Integer, nullable=False),
        sa.Column("nominee_id", sa.Integer),
        sa.Column("token_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("seed", sa.LargeBinary(16), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.PrimaryKeyConstraint("id", name="pk_delegation_links"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_delegation_links_expo_id"),
        sa.ForeignKeyConstraint(
            ["delegation_id"], ["delegations.id"], name="fk_delegation_links_delegation_id"
        ),
        sa.ForeignKeyConstraint(["nominee_id"], ["nominees.id"], name="fk_delegation_links_nominee_id"),
        sa.UniqueConstraint("token_digest", name="uq_delegation_links_token_digest"),
    )
    op.create_index("ix_delegation_links_expo_id", "delegation_links", ["expo_id"])
    op.create_index("ix_delegation_links_delegation_id", "delegation_links", ["delegation_id"])
    alive = "ended_at IS NULL"
    _partial(
        "uq_delegation_links_live", "delegation_links", "delegation_id", f"nominee_id IS NULL AND {alive}"
    )
    _partial(
        "uq_delegation_links_nominee", "delegation_links", "nominee_id", f"nominee_id IS NOT NULL AND {alive}"
    )


def _partial(name: str, table: str, column: str, where: str, *, unique: bool = True) -> None:
    condition = sa.text(where)
    op.create_index(name, table, [column], unique=unique, sqlite_where=condition, postgresql_where=condition)


def _kinds(kinds: list[str]) -> None:
    """The list of kinds is a CHECK of the table, which SQLite changes only by building the table anew."""
    listed = ", ".join(f"'{kind}'" for kind in kinds)
    with op.batch_alter_table("organisations") as organisations:
        if op.get_bind().dialect.name != "sqlite":
            organisations.drop_constraint(op.f("ck_organisations_kind"), type_="check")
        organisations.create_check_constraint(op.f("ck_organisations_kind"), f"kind IN ({listed})")


def downgrade() -> None:
    for table in (
        "delegation_links",
        "nominee_tickets",
        "nominees",
        "delegation_seats",
        "delegation_conferences",
    ):
        op.drop_table(table)
    op.drop_table("delegations")
    op.drop_table("organisation_group_members")
    op.drop_table("organisation_groups")
    op.drop_table("organisation_memberships")
    op.drop_index("uq_organisations_official_code", "organisations")
    with op.batch_alter_table("organisations") as organisations:
        organisations.drop_column("official_code")
    op.execute("UPDATE organisations SET kind = 'city' WHERE kind = 'municipality'")
    _kinds(_KINDS)
