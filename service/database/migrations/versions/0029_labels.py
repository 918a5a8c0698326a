"""A closed case has a label and a reason for it, beside the free word."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
NAMES = ("label", "label_reason")


def upgrade() -> None:
    for name in NAMES:
        op.add_column("cases", sa.Column(name, sa.String(16)))


def downgrade() -> None:
    for name in NAMES:
        op.drop_column("cases", name)
