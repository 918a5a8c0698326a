"""An order's complaints are found by its id, also by people who search."""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    op.create_index("ix_complaints_order_id", "complaints", ["order_id"])


def downgrade() -> None:
    op.drop_index("ix_complaints_order_id", "complaints")
