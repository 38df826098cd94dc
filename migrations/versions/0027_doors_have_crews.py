"""Doors have crews with a PIN, notes about people, scans that were taken back, counts by hand, and devices that say how they are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

_LIVE = sa.text("ended_at IS NULL")


def upgrade() -> None:
    with op.batch_alter_table("zones") as zones:
        zones.add_column(sa.Column("places", sa.Integer))
        zones.create_check_constraint("places", "places > 0")
    _attentions()
    _crews()
    _counts()


def _attentions() -> None:
    op.create_table(
        "attentions",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("person_id", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("blocks", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(80), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_attentions"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_attentions_expo_id"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_attentions_person_id"),
    )
    op.create_index("ix_attentions_person_id", "attentions", ["person_id"])
    op.create_index(
        "uq_attentions_live", "attentions", ["expo_id", "person_id"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )  # fmt: skip


def _crews() -> None:
    op.create_table(
        "crew_members",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("pin_digest", sa.LargeBinary(32), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_crew_members"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_crew_members_expo_id"),
        sa.CheckConstraint("role IN ('steward', 'supervisor')", name="role"),
        sa.CheckConstraint("ends_at > starts_at", name="ends_after_start"),
    )
    op.create_index("ix_crew_members_expo_id", "crew_members", ["expo_id"])
    op.create_index(
        "uq_crew_members_pin", "crew_members", ["expo_id", "pin_digest"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )  # fmt: skip
    op.create_table(
        "shifts",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("crew_member_id", sa.Integer, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_shifts"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_shifts_expo_id"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_shifts_device_id"),
        sa.ForeignKeyConstraint(["crew_member_id"], ["crew_members.id"], name="fk_shifts_crew_member_id"),
    )
    op.create_index("ix_shifts_expo_id", "shifts", ["expo_id"])
    op.create_index("ix_shifts_crew_member_id", "shifts", ["crew_member_id"])
    op.create_index(
        "uq_shifts_live", "shifts", ["device_id"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )
    op.create_table(
        "scan_undos",
        sa.Column("scan_id", sa.String(36), nullable=False),
        sa.Column("undo_id", sa.String(36), nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scan_id", name="pk_scan_undos"),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_scan_undos_scan_id"),
        sa.ForeignKeyConstraint(["undo_id"], ["scans.id"], name="fk_scan_undos_undo_id"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_scan_undos_expo_id"),
        sa.UniqueConstraint("undo_id", name="uq_scan_undos_undo_id"),
    )
    op.create_index("ix_scan_undos_expo_id", "scan_undos", ["expo_id"])


def _counts() -> None:
    op.create_table(
        "hand_counts",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("gate_id", sa.Integer, nullable=False),
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("period", sa.String(16), nullable=False),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hand_counts"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_hand_counts_expo_id"),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name="fk_hand_counts_gate_id"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_hand_counts_device_id"),
        sa.CheckConstraint("people <> 0", name="people"),
    )
    op.create_index("ix_hand_counts_expo_id", "hand_counts", ["expo_id"])
    op.create_index("ix_hand_counts_gate_id_period", "hand_counts", ["gate_id", "period"])
    op.create_table(
        "device_health",
        sa.Column("device_id", sa.Integer, nullable=False),
        sa.Column("expo_id", sa.Integer, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pack_made_at", sa.DateTime(timezone=True)),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("clock_error", sa.Integer, nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name="pk_device_health"),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name="fk_device_health_device_id"),
        sa.ForeignKeyConstraint(["expo_id"], ["expos.id"], name="fk_device_health_expo_id"),
    )
    op.create_index("ix_device_health_expo_id", "device_health", ["expo_id"])


def downgrade() -> None:
    for table in ("device_health", "hand_counts", "scan_undos", "shifts", "crew_members", "attentions"):
        op.drop_table(table)
    with op.batch_alter_table("zones") as zones:
        zones.drop_constraint("places", type_="check")
        zones.drop_column("places")
