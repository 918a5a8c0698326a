"""What people typed is kept for each form, and not for verdicts alone."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

COMPLAINTS = sa.table("complaints", sa.column("complaint_id"), sa.column("seller_id"))


def upgrade() -> None:
    old = sa.table("drafts", *map(sa.column, ("person", "complaint_id", "fields", "saved_at")))
    query = sa.select(old, COMPLAINTS.c.seller_id).join(
        COMPLAINTS, COMPLAINTS.c.complaint_id == old.c.complaint_id
    )
    rows = op.get_bind().execute(query).mappings().all()
    op.drop_table("drafts")
    new = op.create_table(
        "drafts",
        sa.Column("person", sa.String(200), nullable=False),
        sa.Column("form", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(300), nullable=False),
        sa.Column("seller_id", sa.String(200), nullable=False),
        sa.Column("complaint_id", sa.String(200), nullable=True),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("saved_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.complaint_id"], name="fk_drafts_complaint_id_complaints"
        ),
        sa.PrimaryKeyConstraint("person", "form", "subject", name="pk_drafts"),
    )
    op.create_index("ix_drafts_complaint_id", "drafts", ["complaint_id"])
    op.create_index("ix_drafts_seller_id", "drafts", ["seller_id"])
    kept = [{**row, "form": "verdict", "subject": row["complaint_id"]} for row in rows]
    op.bulk_insert(new, kept)


def downgrade() -> None:
    columns = ("person", "form", "complaint_id", "fields", "saved_at")
    new = sa.table("drafts", *map(sa.column, columns))
    query = sa.select(*(new.c[name] for name in columns if name != "form"))
    rows = op.get_bind().execute(query.where(new.c.form == "verdict")).mappings().all()
    op.drop_table("drafts")
    old = op.create_table(
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
    op.bulk_insert(old, [dict(row) for row in rows])
