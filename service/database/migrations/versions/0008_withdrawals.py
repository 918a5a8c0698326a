"""Complaints that their complainants took back; verdicts that take another's place."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "withdrawals",
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("verdict_id", sa.String(40)),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("decided_at", sa.BigInteger()),
        sa.Column("decision_reason", sa.Text()),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_withdrawals"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.complaint_id"],
            name="fk_withdrawals_complaint_id_complaints",
        ),
        sa.ForeignKeyConstraint(
            ["verdict_id"], ["verdicts.verdict_id"], name="fk_withdrawals_verdict_id_verdicts"
        ),
    )
    op.create_index("ix_withdrawals_outcome_filed_at", "withdrawals", ["outcome", "filed_at"])
    op.add_column("verdicts", sa.Column("supersedes", sa.String(40)))


def downgrade() -> None:
    op.drop_column("verdicts", "supersedes")
    op.drop_table("withdrawals")
