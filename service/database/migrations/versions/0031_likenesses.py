"""How pictures look, so that one that comes with several complaints is seen."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
BANDS = tuple(f"band_{number}" for number in range(4))


def upgrade() -> None:
    op.create_table(
        "likenesses",
        sa.Column("evidence_id", sa.String(40), nullable=False),
        sa.Column("likeness", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in BANDS),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_likenesses"),
        sa.ForeignKeyConstraint(
            ["evidence_id"], ["evidence.evidence_id"], name="fk_likenesses_evidence_id_evidence"
        ),
    )
    for name in BANDS:
        op.create_index(f"ix_likenesses_{name}", "likenesses", [name])
    op.add_column("report_files", sa.Column("likeness", sa.String(16)))


def downgrade() -> None:
    op.drop_column("report_files", "likeness")
    op.drop_table("likenesses")
