"""What was known of a seller's level while a case about it was open."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    op.add_column("cases", sa.Column("level", sa.Text()))


def downgrade() -> None:
    # Older versions know no such way in, and would refuse to show the queue.
    op.execute("UPDATE cases SET opened_for = 'capacity' WHERE opened_for = 'level'")
    op.drop_column("cases", "level")
