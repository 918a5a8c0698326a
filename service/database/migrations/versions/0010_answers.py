"""What sellers say to complaints, and whose evidence is whose."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("complaint_id", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("filed_by", sa.String(200), nullable=False),
        sa.Column("filed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("complaint_id", name="pk_answers"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.complaint_id"],
            name="fk_answers_complaint_id_complaints",
        ),
    )
    theirs = sa.Column("party", sa.String(16), nullable=False, server_default="complainant")
    op.add_column("evidence", theirs)


def downgrade() -> None:
    op.drop_column("evidence", "party")
    op.drop_table("answers")
