"""When the platform did what a sanction says."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("sanctions", sa.Column("done_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("sanctions", "done_at")
