"""Approvals of sanctions are events of the log; what the table alone knew is written into it."""

import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

SANCTIONS = sa.table(
    "sanctions",
    *(
        sa.column(name)
        for name in (
            *("sanction_id", "seller_id", "state", "issued_at", "ends_at"),
            *("approved_by", "approved_at", "reason"),
        )
    ),
)
EVENTS = sa.table(
    "ledger_events",
    *(sa.column(name) for name in ("event_id", "seller_id", "recorded_at", "salt", "body")),
)
KIND = "sanction_decided"
WRITTEN = "sd_0014_"
"""How the ids of the events begin that the upgrade writes."""


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(sa.select(SANCTIONS).order_by(SANCTIONS.c.approved_at)).all()
    known = {row.sanction_id for row in rows}
    for row in rows:
        is_milder = row.sanction_id.rpartition("/")[0] in known  # approved with the one it replaces
        if row.approved_at is not None and not is_milder:
            _approve(row)


def downgrade() -> None:
    connection = op.get_bind()
    rows = {row.sanction_id: row for row in connection.execute(sa.select(SANCTIONS))}
    found = connection.execute(
        sa.select(EVENTS).where(EVENTS.c.body.like('%"sanction_decided"%'))
    ).all()
    decisions = [(row, body) for row in found if (body := json.loads(row.body))["event"] == KIND]
    for row, body in decisions:
        override = _override_of(row, body, rows.get(body["sanction_id"]))
        if override is not None and not row.event_id.startswith(WRITTEN):
            _add(row.seller_id, row.recorded_at, override)
    _drop_trigger()
    for row, _ in decisions:
        op.get_bind().execute(sa.delete(EVENTS).where(EVENTS.c.event_id == row.event_id))
    _create_trigger()
    lapsed = sa.update(SANCTIONS).where(SANCTIONS.c.state == "lapsed")
    connection.execute(lapsed.values(state="waiting"))


def _approve(row: Any) -> None:  # noqa: ANN401 - a row of the table above
    # The older revision extended the term by an override at the instant of the approval, which has
    # to find the sanction carried out.
    at = max(row.issued_at, row.approved_at - 1)
    event = {"event": KIND, "sanction_id": row.sanction_id, "outcome": "approved"}
    event |= {"id": WRITTEN + sha256(row.sanction_id.encode()).hexdigest()[:32]}
    facts = {"moderator": row.approved_by, "why": row.reason}
    _add(row.seller_id, at, event | {name: value for name, value in facts.items() if value})


def _override_of(
    row: Any,  # noqa: ANN401 - a row of the log
    body: dict[str, str],
    sanction: Any,  # noqa: ANN401 - a row of the sanctions
) -> dict[str, str] | None:
    """What the older revision would have recorded instead; None where that was nothing."""
    event = {"event": "override", "id": f"o_{token_hex(8)}", "target_id": body["sanction_id"]}
    event |= {"moderator": body.get("moderator") or "nobody"}
    if body["outcome"] == "declined":
        why = body.get("why") or "declined by a second person"
        return {**event, "action": "lift", "why": why}
    is_later = sanction is not None and row.recorded_at > sanction.issued_at
    if body["outcome"] == "approved" and is_later and sanction.ends_at is not None:
        why = body.get("why") or "the term runs from the approval"
        return {**event, "action": "extend", "why": why, "until": _text(sanction.ends_at)}
    return None


def _add(seller_id: str, at: int, event: dict[str, str]) -> None:
    body = json.dumps(event | {"recorded_at": _text(at)}, ensure_ascii=False, sort_keys=True)
    op.get_bind().execute(
        sa.insert(EVENTS).values(
            event_id=event["id"],
            seller_id=seller_id,
            recorded_at=at,
            salt=token_hex(16),
            body=body,
        )
    )


def _text(at: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
    return moment.isoformat().replace("+00:00", "Z")


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _drop_trigger() -> None:
    on = " ON ledger_events" if _on_postgresql() else ""
    op.execute(f"DROP TRIGGER ledger_events_no_delete{on}")


def _create_trigger() -> None:
    if _on_postgresql():
        does = "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    else:
        does = "BEGIN SELECT RAISE(ABORT, 'ledger_events is append-only'); END"
    op.execute(f"CREATE TRIGGER ledger_events_no_delete BEFORE DELETE ON ledger_events {does}")
