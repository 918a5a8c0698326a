"""Sellers without a case, drawn each week to be looked at, and what people found."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    op.create_table(
        "audit_samples",
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("drawn_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sellers", sa.Integer(), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week", name="pk_audit_samples"),
    )
    op.create_table(
        "audited_sellers",
        sa.Column("week", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("complaints", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Float(53), nullable=False),
        sa.Column("finding", sa.String(16)),
        sa.Column("note", sa.Text()),
        sa.Column("decided_by", sa.String(200)),
        sa.Column("decided_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("week", "seller_id", name="pk_audited_sellers"),
        sa.ForeignKeyConstraint(
            ["week"], ["audit_samples.week"], name="fk_audited_sellers_week_audit_samples"
        ),
    )


def downgrade() -> None:
    op.drop_table("audited_sellers")
    op.drop_table("audit_samples")
