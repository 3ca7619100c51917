"""A push of a known session in one statement, as PostgreSQL can."""

from datetime import datetime
from typing import Any, TypeVar

from django.db import connections, models

M = TypeVar("M", bound=models.Model)

# The lock first: a push that had to wait for another one's is then told the phase that it replaces.
_REPLACE = """
    WITH stored AS (
        SELECT id, CASE WHEN revision > 0 THEN run_phase END AS phase
        FROM {table} WHERE {key} FOR NO KEY UPDATE
    )
    UPDATE {table} SET {state}, updated_at = GREATEST(updated_at, %s), revision = revision + 1
    WHERE id = (SELECT id FROM stored)
    RETURNING *, (SELECT phase FROM stored) AS previous_phase
"""


def replace(
    rows: "models.QuerySet[M]", key: dict[str, Any], state: dict[str, Any], now: datetime
) -> M | None:
    """The session with this key as it is once it has this state; ``None`` if there is none.

    Key and state are by the names of fields. ``now`` does not set the time of the last push back.
    """
    table = connections[rows.db].ops.quote_name(rows.model._meta.db_table)  # noqa: SLF001
    of_key, of_state = _columns(rows, key), _columns(rows, state)
    sql = _REPLACE.format(
        table=table,
        key=" AND ".join(f"{column} = %s" for column in of_key),
        state=", ".join(f"{column} = %s" for column in of_state),
    )
    return next(iter(rows.raw(sql, [*of_key.values(), *of_state.values(), now])), None)


def _columns(rows: "models.QuerySet[M]", values: dict[str, Any]) -> dict[str, Any]:
    """By their quoted names, ready to be stored."""
    connection = connections[rows.db]
    fields: dict[str, Any] = {name: rows.model._meta.get_field(name) for name in values}  # noqa: SLF001
    return {
        connection.ops.quote_name(field.column): field.get_db_prep_save(values[name], connection)
        for name, field in fields.items()
    }
