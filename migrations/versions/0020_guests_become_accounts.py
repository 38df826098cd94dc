"""Sign-ins say whether a mailed link began them, and for whom an account speaks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.add_column(sa.Column("by_mail", sa.Boolean, nullable=False, server_default=sa.false()))
        sign_ins.add_column(sa.Column("speaks_for_id", sa.Integer))
        sign_ins.create_foreign_key("fk_sign_ins_speaks_for_id", "persons", ["speaks_for_id"], ["id"])
        sign_ins.create_index("ix_sign_ins_speaks_for_id", ["speaks_for_id"])


def downgrade() -> None:
    with op.batch_alter_table("sign_ins") as sign_ins:
        sign_ins.drop_index("ix_sign_ins_speaks_for_id")
        sign_ins.drop_constraint("fk_sign_ins_speaks_for_id", type_="foreignkey")
        sign_ins.drop_column("speaks_for_id")
        sign_ins.drop_column("by_mail")
