"""Verdicts that several people must agree on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("moderator", sa.String(200), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("seconded_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_proposals"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.complaint_id"],
            name="fk_proposals_complaint_id_complaints",
        ),
    )
    op.add_column("verdicts", sa.Column("seconded_by", sa.Text()))


def downgrade() -> None:
    op.drop_column("verdicts", "seconded_by")
    op.drop_table("proposals")
