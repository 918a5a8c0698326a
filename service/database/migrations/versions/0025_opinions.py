"""Who decides an appeal says first what they think, before they see the first verdict."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_table(
        "opinions",
        sa.Column("opinion_id", sa.String(40), nullable=False),
        sa.Column("appeal_id", sa.String(40), nullable=False),
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("opinion_id", name="pk_opinions"),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeals.appeal_id"], name="fk_opinions_appeal_id_appeals"
        ),
    )
    op.create_index(
        "uq_opinions_appeal_id_person", "opinions", ["appeal_id", "person"], unique=True
    )


def downgrade() -> None:
    op.drop_table("opinions")
