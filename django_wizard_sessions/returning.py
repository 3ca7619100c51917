"""``UPDATE ... RETURNING``: one query where Django's ``update()`` and a ``get()`` are two."""

from typing import Any, TypeVar

from django.db import connections, models
from django.db.models.sql import UpdateQuery

M = TypeVar("M", bound=models.Model)


def can_return_updates(db: str) -> bool:
    connection = connections[db]
    return connection.vendor == "postgresql" or (
        connection.vendor == "sqlite" and connection.features.can_return_columns_from_insert
    )


def update_returning(rows: "models.QuerySet[M]", values: dict[str, Any]) -> list[M]:
    """The rows as they are once they have these values, read like any others."""
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    sql, params = query.get_compiler(rows.db).as_sql()
    return list(rows.raw(f"{sql} RETURNING *", params))
