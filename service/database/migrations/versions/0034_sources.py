"""Who brought a complaint, where it is no ordinary notice."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.add_column("complaints", sa.Column("source", sa.String(20)))
    op.add_column("complaints", sa.Column("source_identity", sa.String(200)))


def downgrade() -> None:
    op.drop_column("complaints", "source_identity")
    op.drop_column("complaints", "source")
