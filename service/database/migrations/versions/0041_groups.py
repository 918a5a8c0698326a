"""What a complaint has in common with those of other sellers: a region, a carrier, a brand."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.add_column("complaints", sa.Column("group", sa.String(200)))


def downgrade() -> None:
    op.drop_column("complaints", "group")
