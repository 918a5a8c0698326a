"""Cases say which way they came into the queue, and how likely they are false alarms."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    op.add_column(
        "cases",
        sa.Column("opened_for", sa.String(16), nullable=False, server_default="certainty"),
    )
    op.add_column("cases", sa.Column("false_chance", sa.Float(53)))


def downgrade() -> None:
    op.drop_column("cases", "false_chance")
    op.drop_column("cases", "opened_for")
