"""Complaints are sealed as they were filed, in batches."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    op.create_table(
        "filings",
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("batch", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.LargeBinary(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("salt", sa.LargeBinary()),
        sa.Column("buyer", sa.LargeBinary(), nullable=False),
        sa.Column("erasure", sa.String(32)),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_filings"),
    )
    op.create_index("ix_filings_batch", "filings", ["batch"])


def downgrade() -> None:
    op.drop_table("filings")
