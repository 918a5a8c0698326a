"""Buyers' personal data can be erased: words sealed by their hash; triggers let erasures pass."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SAME_AUDIT = (
    *("number", "at", "actor", "role", "action", "subject", "why_seal", "before", "after"),
    *("policy", "model", "previous", "seal"),
)
SAME_LEDGER = ("position", "event_id", "seller_id", "recorded_at")


def upgrade() -> None:
    op.add_column("audit", sa.Column("salt", sa.String(32)))
    op.add_column("audit", sa.Column("why_seal", sa.String(64)))
    op.add_column("complaints", sa.Column("erased_at", sa.BigInteger()))
    op.add_column("evidence", sa.Column("erased_at", sa.BigInteger()))
    op.create_index("ix_evidence_sha256", "evidence", ["sha256"])
    _replace_trigger("audit", f"NOT coalesce({_words_emptied()}, {_false()})")
    _replace_trigger("ledger_events", f"NOT coalesce({_buyer_replaced()}, {_false()})")


def downgrade() -> None:
    for table in ("audit", "ledger_events"):
        _replace_trigger(table, None)
    op.drop_index("ix_evidence_sha256", "evidence")
    op.drop_column("evidence", "erased_at")
    op.drop_column("complaints", "erased_at")
    op.drop_column("audit", "why_seal")
    op.drop_column("audit", "salt")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _false() -> str:
    return "false" if _on_postgresql() else "0"


def _same(names: tuple[str, ...]) -> str:
    same = "IS NOT DISTINCT FROM" if _on_postgresql() else "IS"
    return " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in names)


def _words_emptied() -> str:
    """The words of a record are emptied together with their salt, and nothing else changes."""
    return (
        f"{_same(SAME_AUDIT)} AND NEW.why = '' AND NEW.salt IS NULL "
        "AND OLD.salt IS NOT NULL AND OLD.why_seal IS NOT NULL"
    )


def _buyer_replaced() -> str:
    """A buyer's id in an event gives way to a pseudonym, once, and nothing else changes."""
    if _on_postgresql():
        buyer = "({}.body::jsonb ->> 'buyer_id')"
        rest = "({}.body::jsonb - 'buyer_id')"
    else:
        buyer = "json_extract({}.body, '$.buyer_id')"
        rest = "json_remove({}.body, '$.buyer_id')"
    new, old = "NEW", "OLD"
    return (
        f"{_same(SAME_LEDGER)} AND {rest.format(new)} = {rest.format(old)} "
        f"AND {buyer.format(new)} LIKE 'erased-%' AND {buyer.format(old)} NOT LIKE 'erased-%'"
    )


def _replace_trigger(table: str, when: str | None) -> None:
    name, condition = f"{table}_no_update", f" WHEN ({when})" if when else ""
    if _on_postgresql():
        op.execute(f"DROP TRIGGER {name} ON {table}")
        does = f"FOR EACH ROW{condition} EXECUTE FUNCTION refuse_change()"
    else:
        op.execute(f"DROP TRIGGER {name}")
        does = f"FOR EACH ROW{condition} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # Alembic would take the colons of a cast for a parameter.
    op.get_bind().exec_driver_sql(
        f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} {does}".replace("%", _percent())
    )


def _percent() -> str:
    """psycopg takes a per cent sign for a parameter, unless it is doubled."""
    return "%%" if _on_postgresql() else "%"
