"""Claims look among the cases that nobody holds, however many others are held."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

FREE = sa.text("status = 'open' AND holder IS NULL")
LEASED = sa.text("lease_expires_at IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_cases_free_order_key",
        "cases",
        ["order_key", "case_id"],
        sqlite_where=FREE,
        postgresql_where=FREE,
    )
    op.create_index(
        "ix_cases_lease_expires_at",
        "cases",
        ["lease_expires_at"],
        sqlite_where=LEASED,
        postgresql_where=LEASED,
    )


def downgrade() -> None:
    op.drop_index("ix_cases_lease_expires_at", "cases")
    op.drop_index("ix_cases_free_order_key", "cases")
