"""What people typed and did not send is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    op.create_table(
        "drafts",
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.complaint_id"], name="fk_drafts_complaint_id_complaints"
        ),
        sa.PrimaryKeyConstraint("person", "complaint_id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_complaint_id", "drafts", ["complaint_id"])


def downgrade() -> None:
    op.drop_table("drafts")
