"""A seller's link opens nothing before its holder types what the mail does not hold."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.add_column("links", sa.Column("code", sa.LargeBinary()))
    op.add_column(
        "links", sa.Column("wrong_codes", sa.Integer(), nullable=False, server_default="0")
    )


def downgrade() -> None:
    with op.batch_alter_table("links") as links:
        links.drop_column("wrong_codes")
        links.drop_column("code")
