"""Lots drawn among sellers whom only the challenger named."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.create_table(
        "explorations",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("challenger", sa.String(100), nullable=False),
        sa.Column("champion", sa.String(100), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("room", sa.Integer(), nullable=False),
        sa.Column("sellers", sa.Text(), nullable=False),
        sa.Column("chance", sa.Float(53), nullable=False),
        sa.Column("cases", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_explorations"),
    )


def downgrade() -> None:
    # Older versions know no such way in, and would refuse to show the queue.
    op.execute("UPDATE cases SET opened_for = 'capacity' WHERE opened_for = 'exploration'")
    op.drop_table("explorations")
