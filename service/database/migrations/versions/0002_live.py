"""Leases of the scoring workers, and the market as they last found it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "scoring_leases",
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", name="pk_scoring_leases"),
    )
    op.create_table(
        "market_snapshots",
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.Column("has_orders", sa.Boolean(), nullable=False),
        sa.Column("arrays", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("as_of", name="pk_market_snapshots"),
    )
    op.create_index("ix_marks_seller_id", "marks", ["seller_id"])


def downgrade() -> None:
    op.drop_index("ix_marks_seller_id", "marks")
    op.drop_table("market_snapshots")
    op.drop_table("scoring_leases")
