"""What was learnt from closed cases, one row a day."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "learnings",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("learned_at", sa.BigInteger(), nullable=False),
        sa.Column("lessons", sa.String(64), nullable=False),
        sa.Column("learnt", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", name="pk_learnings"),
    )


def downgrade() -> None:
    op.drop_table("learnings")
