from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    from datetime import datetime

    CharField = models.CharField[str, str]
    DateTimeField = models.DateTimeField[datetime, datetime]
else:  # which have no subscript at run time
    CharField = models.CharField
    DateTimeField = models.DateTimeField


class IdentifierField(CharField):
    """Text compared code point by code point, as PostgreSQL and SQLite do by default.

    MariaDB's default collations take ``A`` for ``a`` and ignore trailing spaces: two sessions
    would become one.
    """

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        parameters: dict[str, Any] = super().db_parameters(connection)
        if connection.vendor == "mysql":
            parameters["collation"] = "utf8mb4_nopad_bin"
        return parameters
