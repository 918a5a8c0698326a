"""Verdicts say where evidence lies that is not on file."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.add_column("verdicts", sa.Column("elsewhere", sa.String(200)))


def downgrade() -> None:
    op.drop_column("verdicts", "elsewhere")
