"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    _filed()
    _decided()
    _found()
    _cases()
    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(32), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("key_id", name="pk_api_keys"),
    )


def _filed() -> None:
    op.create_table(
        "complaints",
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.String(100), nullable=False),
        sa.Column("order_id", sa.String(200)),
        sa.Column("buyer_id", sa.String(200)),
        sa.Column("listing_id", sa.String(200)),
        sa.Column("evidence_count", sa.Integer()),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_complaints"),
    )
    op.create_index("ix_complaints_seller_id_filed_at", "complaints", ["seller_id", "filed_at"])
    op.create_table(
        "sellers",
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", name="pk_sellers"),
    )
    op.create_table(
        "orders",
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("orders", sa.Float(), nullable=False),
        sa.Column("revenue", sa.Float()),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", "day", name="pk_orders"),
    )
    op.create_table(
        "evidence",
        sa.Column("evidence_id", sa.String(40), nullable=False),
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("sha256", sa.String(64)),
        sa.Column("media_type", sa.String(100)),
        sa.Column("bytes", sa.Integer()),
        sa.Column("note", sa.Text()),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_evidence"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.complaint_id"],
            name="fk_evidence_complaint_id_complaints",
        ),
    )
    op.create_index("ix_evidence_complaint_id", "evidence", ["complaint_id"])


def _decided() -> None:
    op.create_table(
        "ledger_events",
        sa.Column("position", POSITION, sa.Identity(), nullable=False),
        sa.Column("event_id", sa.String(80), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_ledger_events"),
        sa.UniqueConstraint("event_id", name="uq_ledger_events_event_id"),
    )
    op.create_index(
        "ix_ledger_events_seller_id_position", "ledger_events", ["seller_id", "position"]
    )
    op.create_table(
        "verdicts",
        sa.Column("verdict_id", sa.String(40), nullable=False),
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("violation", sa.String(100)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("moderator", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=False),
        sa.Column("reversed_at", sa.BigInteger()),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("verdict_id", name="pk_verdicts"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.complaint_id"],
            name="fk_verdicts_complaint_id_complaints",
        ),
    )
    op.create_index(
        "uq_verdicts_complaint_id",
        "verdicts",
        ["complaint_id"],
        unique=True,
        sqlite_where=sa.text("NOT reopened"),
        postgresql_where=sa.text("NOT reopened"),
    )
    op.create_table(
        "appeals",
        sa.Column("appeal_id", sa.String(40), nullable=False),
        sa.Column("verdict_id", sa.String(40), nullable=False),
        sa.Column("filed_by", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decision_reason", sa.Text()),
        sa.PrimaryKeyConstraint("appeal_id", name="pk_appeals"),
        sa.UniqueConstraint("verdict_id", name="uq_appeals_verdict_id"),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.verdict_id"], name="fk_appeals_verdict_id_verdicts"
        ),
    )


def _found() -> None:
    op.create_table(
        "marks",
        sa.Column("mark_id", POSITION, sa.Identity(), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("marked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mark_id", name="pk_marks"),
    )
    op.create_table(
        "assessments",
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("as_of", sa.BigInteger(), nullable=False),
        sa.Column("score", sa.Float(53), nullable=False),
        sa.Column("surprise", sa.Float(53), nullable=False),
        sa.Column("p_value", sa.Float(53), nullable=False),
        sa.Column("q_value", sa.Float(53), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("suspicion", sa.String(16), nullable=False),
        sa.Column("model", sa.String(100), nullable=False),
        sa.PrimaryKeyConstraint("seller_id", name="pk_assessments"),
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(40), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("suspicion", sa.String(16), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("order_key", sa.Float(53), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(200)),
        sa.Column("lease_expires_at", sa.BigInteger()),
        sa.Column("snoozed_until", sa.BigInteger()),
        sa.Column("escalated_by", sa.String(200)),
        sa.Column("closed_at", sa.BigInteger()),
        sa.Column("closed_by", sa.String(200)),
        sa.Column("outcome", sa.String(100)),
        sa.Column("note", sa.Text()),
        sa.PrimaryKeyConstraint("case_id", name="pk_cases"),
    )
    op.create_index(
        "uq_cases_open_seller_id",
        "cases",
        ["seller_id"],
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index(
        "ix_cases_open_order_key",
        "cases",
        ["order_key", "case_id"],
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    )
    op.create_index("ix_cases_seller_id_closed_at", "cases", ["seller_id", "closed_at"])


def downgrade() -> None:
    for table in (
        "cases",
        "assessments",
        "marks",
        "appeals",
        "verdicts",
        "ledger_events",
        "evidence",
        "orders",
        "sellers",
        "complaints",
        "api_keys",
    ):
        op.drop_table(table)
