"""The audit seals rows and names sellers; the record cannot be truncated or replaced either."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

KEPT = {"audit": ("number", "seal"), "ledger_events": ("position", "event_id")}
"""Tables whose rows are only ever added, and what is unique in each."""
OLDER = (
    *("number", "at", "actor", "role", "action", "subject", "why_seal", "before", "after"),
    *("policy", "model", "previous", "seal"),
)


def upgrade() -> None:
    op.add_column("audit", sa.Column("seller_id", sa.String(200)))
    op.add_column("audit", sa.Column("sealed", sa.Text()))
    op.create_index("ix_audit_seller_id", "audit", ["seller_id"])
    op.add_column("ledger_events", sa.Column("salt", sa.String(32)))
    _refuse_updates((*OLDER, "seller_id", "sealed"))
    for table, unique in KEPT.items():
        if _on_postgresql():
            op.execute(
                f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
        else:
            # INSERT OR REPLACE deletes the row in its way without asking the trigger on deletes,
            # unless the connection has recursive_triggers on.
            same = " OR ".join(f"{name} = NEW.{name}" for name in unique)
            taken = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608 - our own names
            op.execute(
                f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({taken}) "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )


def downgrade() -> None:
    for table in KEPT:
        name = "truncate" if _on_postgresql() else "replace"
        on = f" ON {table}" if _on_postgresql() else ""
        op.execute(f"DROP TRIGGER {table}_no_{name}{on}")
    _refuse_updates(OLDER)
    op.drop_column("ledger_events", "salt")
    op.drop_index("ix_audit_seller_id", "audit")
    op.drop_column("audit", "sealed")
    op.drop_column("audit", "seller_id")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _refuse_updates(unchanged: tuple[str, ...]) -> None:
    """Refuse every update of the audit but that words and salt are emptied together."""
    same = "IS NOT DISTINCT FROM" if _on_postgresql() else "IS"
    emptied = " AND ".join(
        (
            *(f"NEW.{name} {same} OLD.{name}" for name in unchanged),
            "NEW.why = '' AND NEW.salt IS NULL",
            "OLD.salt IS NOT NULL AND OLD.why_seal IS NOT NULL",
        )
    )
    if _on_postgresql():
        drop, does = " ON audit", "EXECUTE FUNCTION refuse_change()"
    else:
        drop, does = "", "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
    op.execute(f"DROP TRIGGER audit_no_update{drop}")
    op.execute(
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW "
        f"WHEN (NOT coalesce({emptied}, {'false' if _on_postgresql() else '0'})) {does}"
    )
