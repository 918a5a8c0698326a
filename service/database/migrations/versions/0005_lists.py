"""What a console lists: closed cases, appeals by state."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_cases_closed_at_case_id", "cases", ["closed_at", "case_id"])
    op.create_index("ix_appeals_outcome_filed_at", "appeals", ["outcome", "filed_at"])


def downgrade() -> None:
    op.drop_index("ix_appeals_outcome_filed_at", "appeals")
    op.drop_index("ix_cases_closed_at_case_id", "cases")
