"""Sellers that go by another name, as people accepted it."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.create_table(
        "seller_aliases",
        sa.Column("old_seller_id", sa.String(200), nullable=False),
        sa.Column("new_seller_id", sa.String(200), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("old_seller_id", name="pk_seller_aliases"),
    )


def downgrade() -> None:
    op.drop_table("seller_aliases")
