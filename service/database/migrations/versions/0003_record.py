"""The audit chain, the outbox, sanctions, idempotency keys; the record cannot be rewritten."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEPT = ("audit", "ledger_events")
"""Tables whose rows are only ever added."""


def upgrade() -> None:
    _audit()
    _outbox()
    op.create_table(
        "sanctions",
        sa.Column("sanction_id", sa.String(300), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", sa.BigInteger()),
        sa.Column("approved_by", sa.String(200)),
        sa.Column("approved_at", sa.BigInteger()),
        sa.Column("reason", sa.Text()),
        sa.Column("lifted_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("sanction_id", name="pk_sanctions"),
    )
    op.create_index("ix_sanctions_state_issued_at", "sanctions", ["state", "issued_at"])
    op.create_table(
        "requests",
        sa.Column("owner", sa.String(40), nullable=False),
        sa.Column("request_key", sa.String(200), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.Text()),
        sa.PrimaryKeyConstraint("owner", "request_key", name="pk_requests"),
    )
    op.create_index("ix_requests_at", "requests", ["at"])
    _forbid_changes()


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(200), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("action", sa.String(60), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("before", sa.Text()),
        sa.Column("after", sa.Text()),
        sa.Column("policy", sa.String(200)),
        sa.Column("model", sa.String(100)),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
        sa.UniqueConstraint("seal", name="uq_audit_seal"),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])


def _outbox() -> None:
    op.create_table(
        "webhooks",
        sa.Column("webhook_id", sa.String(40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", sa.Text(), nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("disabled_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhooks"),
    )
    op.create_table(
        "events",
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_events"),
    )
    op.create_table(
        "deliveries",
        sa.Column("delivery_id", POSITION, autoincrement=True, nullable=False),
        sa.Column("event_id", sa.String(40), nullable=False),
        sa.Column("webhook_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=False),
        sa.Column("last_error", sa.Text()),
        sa.Column("delivered_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_deliveries"),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.event_id"], name="fk_deliveries_event_id_events"
        ),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.webhook_id"], name="fk_deliveries_webhook_id_webhooks"
        ),
    )
    op.create_index("ix_deliveries_state_next_at", "deliveries", ["state", "next_at"])


def _forbid_changes() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
        )
    for table in KEPT:
        for change in ("UPDATE", "DELETE"):
            name = f"{table}_no_{change.lower()}"
            if op.get_bind().dialect.name == "postgresql":
                does = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            else:
                does = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} {does}")


def downgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    for table in KEPT:
        for change in ("update", "delete"):
            on = f" ON {table}" if on_postgresql else ""
            op.execute(f"DROP TRIGGER {table}_no_{change}{on}")
    if on_postgresql:
        op.execute("DROP FUNCTION refuse_change()")
    for table in ("requests", "sanctions", "deliveries", "events", "webhooks", "audit"):
        op.drop_table(table)
