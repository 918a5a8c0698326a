"""People without an account report: drafts, what was sent with its words, and files of drafts."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.create_table(
        "reports",
        sa.Column("report_id", sa.String(40), nullable=False),
        sa.Column("door", sa.String(8), nullable=False),
        sa.Column("link_id", sa.String(40), nullable=False),
        sa.Column("seller_id", sa.String(200)),
        sa.Column("order_id", sa.String(200)),
        sa.Column("listing_id", sa.String(200)),
        sa.Column("buyer_id", sa.String(200)),
        sa.Column("category", sa.String(100)),
        sa.Column("addresses", sa.Text()),
        sa.Column("seller_named", sa.String(200)),
        sa.Column("words", sa.Text()),
        sa.Column("name", sa.String(200)),
        sa.Column("email", sa.String(320)),
        sa.Column("good_faith", sa.Text()),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.Column("sent_at", sa.BigInteger()),
        sa.Column("complaint_id", sa.String(200)),
        sa.Column("erased_at", sa.BigInteger()),
        sa.PrimaryKeyConstraint("report_id", name="pk_reports"),
    )
    for name in ("link_id", "buyer_id", "saved_at"):
        op.create_index(f"ix_reports_{name}", "reports", [name])
    op.create_index("ix_reports_complaint_id", "reports", ["complaint_id"], unique=True)
    op.create_table(
        "report_files",
        sa.Column("file_id", sa.String(40), nullable=False),
        sa.Column("report_id", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(100), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", name="pk_report_files"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["reports.report_id"], name="fk_report_files_report_id_reports"
        ),
    )
    for name in ("report_id", "sha256"):
        op.create_index(f"ix_report_files_{name}", "report_files", [name])


def downgrade() -> None:
    op.drop_table("report_files")
    op.drop_table("reports")
