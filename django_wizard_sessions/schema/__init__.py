"""The OpenAPI schema of the operations, by drf-spectacular: an extra that nothing else needs.

Loaded where ``drf_spectacular`` is among the installed apps. What a host says of its own viewset by
``extend_schema`` comes before what is said here.
"""

from typing import Any
from weakref import WeakKeyDictionary

from drf_spectacular.drainage import isolate_view_method
from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
    OpenApiViewExtension,
)
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import OpenApiExample
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from django_wizard_sessions.models import RunPhase
from django_wizard_sessions.serializers import (
    MAX_TASKS,
    TASK_STATUSES,
    WizardSessionSerializer,
)

from .answers import HEADERS
from .operations import OPERATIONS, SESSION_ID, Operation
from .pages import documented

ENUMS: dict[tuple[str, ...], str] = {
    tuple(RunPhase.values): "WizardSessionRunPhase",
    TASK_STATUSES: "WizardSessionTaskStatus",
}


class OperationSchema(AutoSchema):
    """What drf-spectacular cannot see of an operation."""

    view: Any
    _mounts: WeakKeyDictionary[ComponentRegistry, dict[str, str]] = WeakKeyDictionary()

    @property
    def operation(self) -> Operation:
        return OPERATIONS[self.view.action]

    def get_operation_id(self) -> str:
        """The one of the table, which is fixed; of any other mount in the schema, from its path."""
        mounts = self._mounts.setdefault(self.registry, {})
        operation_id = self.operation.operation_id
        is_first = mounts.setdefault(operation_id, self.path) == self.path
        return operation_id if is_first else super().get_operation_id()

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:  # type: ignore[override]
        scope = self._required_scope()
        demand = f"\n\nA token needs the scope `{scope}`." if scope else ""
        return self.operation.description + demand

    def get_override_parameters(self) -> list[Any]:
        parameters = self.operation.parameters
        return [*super().get_override_parameters(), *parameters, *HEADERS]

    def get_response_serializers(self) -> Any:
        return self.operation.responses(super().get_response_serializers())

    def get_examples(self) -> list[OpenApiExample]:
        return [*super().get_examples(), *self.operation.requests]

    def get_auth(self) -> list[dict[str, Any]]:
        """With the scope, wherever a token may hold one."""
        scope = self._required_scope()
        return [
            {
                name: [scope] if scope and not given and self._takes_scopes(name) else given
                for name, given in alternative.items()
            }
            for alternative in super().get_auth()
        ]

    def _required_scope(self) -> str | None:
        scope: str | None = self.view.required_scopes.get(self.view.action)
        return scope

    def _takes_scopes(self, name: str) -> bool:
        scheme = self.registry[name, ResolvedComponent.SECURITY_SCHEMA].schema
        match scheme:
            case {"type": "oauth2" | "openIdConnect"}:
                return True
            case {"type": "http", "scheme": "bearer"} | {"type": "apiKey", "in": "header"}:
                # OpenAPI 3.0 has the list empty for these.
                return not spectacular_settings.OAS_VERSION.startswith("3.0")
        return False


class ViewExtension(OpenApiViewExtension):
    target_class: str = "django_wizard_sessions.views.WizardSessionViewSet"
    match_subclasses = True

    def view_replacement(self) -> type[APIView]:
        pagination = documented(self.target.pagination_class)
        view = type(self.target.__name__, (self.target,), {"pagination_class": pagination})
        default: Any = api_settings.DEFAULT_SCHEMA_CLASS
        ours = type("Schema", (OperationSchema, default), {})
        for action in OPERATIONS:
            method = isolate_view_method(view, action)
            kwargs = getattr(method, "kwargs", {})
            hosts = kwargs.get("schema")
            schema = type("Schema", (hosts, ours), {}) if hosts else ours
            method.kwargs = {**kwargs, "schema": schema}
        return view


class SerializerExtension(OpenApiSerializerExtension):
    target_class: str = "django_wizard_sessions.serializers.WizardSessionSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        schema: dict[str, Any] = auto_schema._map_serializer(  # noqa: SLF001
            self.target, direction, bypass_extensions=True
        )
        for name, bounds in {"session_id": SESSION_ID, "tasks": {"maxItems": MAX_TASKS}}.items():
            if name in schema["properties"]:
                schema["properties"][name] |= bounds
        if direction == "response" and spectacular_settings.COMPONENT_SPLIT_REQUEST:
            # Also what a push may leave out. What a host has added is as its serializer says.
            ours = schema["properties"].keys() & {*WizardSessionSerializer.Meta.fields}
            schema["required"] = sorted({*schema["required"], *ours})
        return schema


class ChoiceFieldExtension(OpenApiSerializerFieldExtension):
    target_class: str = "django_wizard_sessions.serializers.ChoiceField"
    match_subclasses = True

    def get_name(self) -> str | None:
        return ENUMS.get(tuple(self.target.choices))

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Any) -> dict[str, Any]:
        return {"type": "string", "enum": list(self.target.choices)}


class ApiKeyScheme(OpenApiAuthenticationExtension):
    target_class: str = "django_wizard_sessions.api_keys.authentication.ApiKeyAuthentication"
    match_subclasses = True
    name: str = "apiKeyAuth"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A personal API key. It is read from this header alone.",
        }
