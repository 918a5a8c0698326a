"""A case keeps what was known when it was opened, so that its label can be learnt from."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.add_column("cases", sa.Column("opening", sa.Text()))


def downgrade() -> None:
    op.drop_column("cases", "opening")
