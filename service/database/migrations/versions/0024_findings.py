"""What the reasons of assessments and cases say is kept as numbers beside the sentences."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
TABLES = ("assessments", "cases")


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column("findings", sa.Text()))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "findings")
