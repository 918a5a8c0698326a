"""What other rules would have made of the decisions, and when a case was first looked at."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.create_table(
        "what_ifs",
        sa.Column("what_if_id", sa.String(32), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger()),
        sa.Column("result", sa.Text()),
        sa.Column("fault", sa.Text()),
        sa.PrimaryKeyConstraint("what_if_id", name="pk_what_ifs"),
    )
    op.create_index("ix_what_ifs_person_begun_at", "what_ifs", ["person", "begun_at"])
    op.create_index("ix_what_ifs_state", "what_ifs", ["state"])
    op.add_column("cases", sa.Column("looked_at", sa.BigInteger()))


def downgrade() -> None:
    op.drop_column("cases", "looked_at")
    op.drop_table("what_ifs")
