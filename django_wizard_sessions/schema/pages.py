"""The list's pages, and how to ask for them, as the schema shows them."""

from typing import Any

from drf_spectacular.extensions import OpenApiFilterExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import append_meta
from drf_spectacular.utils import OpenApiParameter

from django_wizard_sessions.pagination import MAX_NUMBER, WizardSessionPagination


def documented(pagination: Any) -> Any:
    """Says that a page has all of its keys, and of a null what the schema's OpenAPI has for it."""
    if not (isinstance(pagination, type) and issubclass(pagination, WizardSessionPagination)):
        return pagination  # the host's own

    class Documented(pagination):  # type: ignore[misc]
        def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
            page = super().get_paginated_response_schema(schema)
            keys = page["properties"]
            links = {name: append_meta(keys[name], {}) for name in ("next", "previous")}
            return {**page, "required": list(keys), "properties": {**keys, **links}}

    return Documented


class PaginationExtension(OpenApiFilterExtension):
    target_class: str = "django_wizard_sessions.pagination.WizardSessionPagination"
    match_subclasses = True

    def get_schema_operation_parameters(
        self, auto_schema: AutoSchema, *args: Any, **kwargs: Any
    ) -> list[dict[str, Any]]:
        bounds = {
            self.target.limit_query_param: {
                "maximum": MAX_NUMBER,
                "minimum": 1,
                "default": self.target.default_limit,
            },
            self.target.offset_query_param: {
                "maximum": self.target.max_offset,
                "minimum": 0,
                "default": 0,
            },
        }
        meanings = {
            self.target.limit_query_param: "How many sessions at most. More than "
            f"{self.target.max_limit} are not given at once.",
            self.target.offset_query_param: "How many of the newest sessions to skip. "
            "To see still older ones, filter by `workflow_id` or `skill_id`.",
        }
        return [
            {
                "name": name,
                "in": OpenApiParameter.QUERY,
                "description": meanings[name],
                "schema": {"type": "integer", **bounds[name]},
            }
            for name in bounds
        ]
