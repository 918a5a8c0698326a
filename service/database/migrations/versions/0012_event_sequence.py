"""Events are numbered, and each receiver's queue is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

WAITS = sa.text("state = 'waiting'")


def upgrade() -> None:
    op.add_column(
        "events", sa.Column("sequence", sa.BigInteger(), nullable=False, server_default="0")
    )
    # Bodies stay as they were written; the number goes along in the header.
    op.execute(
        "UPDATE events SET sequence = numbered.place FROM (SELECT event_id AS id, "
        "row_number() OVER (ORDER BY at, event_id) AS place FROM events) AS numbered "
        "WHERE numbered.id = events.event_id"
    )
    op.create_index("uq_events_sequence", "events", ["sequence"], unique=True)
    op.create_index(
        "ix_deliveries_waiting_webhook_id_next_at",
        "deliveries",
        ["webhook_id", "next_at"],
        sqlite_where=WAITS,
        postgresql_where=WAITS,
    )


def downgrade() -> None:
    op.drop_index("ix_deliveries_waiting_webhook_id_next_at", "deliveries")
    op.drop_index("uq_events_sequence", "events")
    op.drop_column("events", "sequence")
