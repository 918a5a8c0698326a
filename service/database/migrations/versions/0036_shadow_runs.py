"""What a challenger said of the market, beside the version in use."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    op.create_table(
        "shadow_runs",
        sa.Column("as_of", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("challenger", sa.String(100), nullable=False),
        sa.Column("champion", sa.String(100), nullable=False),
        sa.Column("due", sa.Integer(), nullable=False),
        sa.Column("scored", sa.Integer(), nullable=False),
        sa.Column("looked", sa.Integer(), nullable=False),
        sa.Column("would_look", sa.Integer(), nullable=False),
        sa.Column("shared", sa.Integer(), nullable=False),
        sa.Column("only_champion", sa.Text(), nullable=False),
        sa.Column("only_challenger", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Float(53), nullable=False),
        sa.Column("error", sa.String(200)),
        sa.PrimaryKeyConstraint("as_of", "challenger", name="pk_shadow_runs"),
    )


def downgrade() -> None:
    op.drop_table("shadow_runs")
