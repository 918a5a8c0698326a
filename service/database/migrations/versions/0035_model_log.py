"""How much of a registry's log of promotions the audit holds."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    op.create_table(
        "model_log",
        sa.Column("place", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("changes", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_model_log"),
    )


def downgrade() -> None:
    op.drop_table("model_log")
