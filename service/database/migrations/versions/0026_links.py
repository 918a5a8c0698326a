"""People without an account reach one page by a link that is bound, expires and can be revoked."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_table(
        "links",
        sa.Column("link_id", sa.String(40), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("seller_id", sa.String(200)),
        sa.Column("order_id", sa.String(200)),
        sa.Column("listing_id", sa.String(200)),
        sa.Column("buyer_id", sa.String(200)),
        sa.Column("report_id", sa.String(40)),
        sa.Column("language", sa.String(16)),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("link_id", name="pk_links"),
    )
    op.create_index("ix_links_digest", "links", ["digest"], unique=True)
    for name in ("buyer_id", "report_id", "expires_at"):
        op.create_index(f"ix_links_{name}", "links", [name])


def downgrade() -> None:
    op.drop_table("links")
