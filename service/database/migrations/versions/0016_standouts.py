"""Who stood out lately is kept, so that flags bound the share of false alarms over four weeks."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    op.create_table(
        "standouts",
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("p_value", sa.Float(53), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "day", name="pk_standouts"),
    )


def downgrade() -> None:
    op.drop_table("standouts")
