"""What scoring could not use, and which loops of a worker fail."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("market_snapshots", sa.Column("unused", sa.Text()))
    op.create_table(
        "scoring_failures",
        sa.Column("loop", sa.String(16), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("first_at", sa.BigInteger(), nullable=False),
        sa.Column("last_at", sa.BigInteger(), nullable=False),
        sa.Column("error", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("loop", name="pk_scoring_failures"),
    )


def downgrade() -> None:
    op.drop_table("scoring_failures")
    op.drop_column("market_snapshots", "unused")
