"""Who declined a sanction."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("sanctions", sa.Column("declined_by", sa.String(200)))
    op.create_index("ix_sanctions_seller_id", "sanctions", ["seller_id"])


def downgrade() -> None:
    op.drop_index("ix_sanctions_seller_id", "sanctions")
    op.drop_column("sanctions", "declined_by")
