"""Contributions inside sessions, co-hosts of one session, guests of other programmes, calendars of partners."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

_MOMENT = sa.DateTime(timezone=True)


def _to(table: str, **names: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([name], [f"{target}.id"], name=f"fk_{table}_{name}")
        for name, target in names.items()
    ]


def upgrade() -> None:
    for table in ("sessions", "session_versions"):
        with op.batch_alter_table(table) as columns:
            for name in ("contributions", "also_in"):
                columns.add_column(sa.Column(name, sa.JSON, nullable=False, server_default="[]"))
    op.create_table(
        "guest_sessions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("conference_id", sa.Integer, nullable=False),
        sa.Column("offered_at", _MOMENT, nullable=False),
        sa.Column("accepted_at", _MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_guest_sessions"),
        *_to("guest_sessions", expo_id="expos", session_id="sessions", conference_id="conferences"),
        sa.UniqueConstraint("session_id", "conference_id", name="uq_guest_sessions_session_id_conference_id"),
    )
    op.create_index("ix_guest_sessions_expo_id", "guest_sessions", ["expo_id"])
    op.create_index("ix_guest_sessions_conference_id", "guest_sessions", ["conference_id"])
    op.create_table(
        "session_editors",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("session_id", sa.Integer, nullable=False),
        sa.Column("account_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_session_editors"),
        *_to("session_editors", expo_id="expos", session_id="sessions", account_id="accounts"),
        sa.UniqueConstraint("session_id", "account_id", name="uq_session_editors_session_id_account_id"),
    )
    op.create_index("ix_session_editors_expo_id", "session_editors", ["expo_id"])
    op.create_index("ix_session_editors_account_id", "session_editors", ["account_id"])
    op.create_table(
        "partner_calendars",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("pulled_at", _MOMENT),
        sa.Column("fault", sa.String(300), nullable=False),
        sa.Column("created_at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_partner_calendars"),
        *_to("partner_calendars", expo_id="expos"),
        sa.UniqueConstraint("expo_id", "url", name="uq_partner_calendars_expo_id_url"),
    )
    with op.batch_alter_table("outside_events") as events:
        events.add_column(sa.Column("calendar_id", sa.Integer))
        events.add_column(sa.Column("calendar_key", sa.String(250), nullable=False, server_default=""))
        events.create_foreign_key(
            "fk_outside_events_calendar_id", "partner_calendars", ["calendar_id"], ["id"]
        )
    followed = sa.text("calendar_id IS NOT NULL")
    op.create_index(
        "uq_outside_events_calendar",
        "outside_events",
        ["calendar_id", "calendar_key"],
        unique=True,
        sqlite_where=followed,
        postgresql_where=followed,
    )


def downgrade() -> None:
    op.drop_index("uq_outside_events_calendar", "outside_events")
    with op.batch_alter_table("outside_events") as events:
        events.drop_constraint("fk_outside_events_calendar_id", type_="foreignkey")
        events.drop_column("calendar_key")
        events.drop_column("calendar_id")
    for table in ("partner_calendars", "session_editors", "guest_sessions"):
        op.drop_table(table)
    for table in ("session_versions", "sessions"):
        with op.batch_alter_table(table) as columns:
            columns.drop_column("also_in")
            columns.drop_column("contributions")
