from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import include, path
from django.utils.timesince import timesince
from rest_framework.routers import SimpleRouter

from .admin_views import AdminSessionViewSet
from .models import RunPhase, WizardSession, stale_cutoff

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[WizardSession]
else:  # which has no subscript at run time
    ModelAdmin = admin.ModelAdmin


class StaleFilter(admin.SimpleListFilter):
    title: str = "stale"
    parameter_name: str = "stale"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[WizardSession]
    ) -> QuerySet[WizardSession]:
        running = [phase for phase in RunPhase if not phase.is_terminal]
        is_stale = Q(run_phase__in=running, updated_at__lt=stale_cutoff())
        match self.value():
            case "yes":
                return queryset.filter(is_stale)
            case "no":
                return queryset.exclude(is_stale)
        return queryset


@admin.register(WizardSession)
class WizardSessionAdmin(ModelAdmin):
    """Shows sessions, live: only a wizard changes them.

    Where the host gives the model an address, by ``ABSOLUTE_URL_OVERRIDES``, each session links to
    the page that shows it live.
    """

    list_display: tuple[str, ...] = (
        "session_id",
        "project",
        "phase",
        "progress",
        "age",
        "silent_for",
    )
    list_filter: ClassVar[tuple[str | type[StaleFilter], ...]] = (
        "run_phase",
        StaleFilter,
        "started_at",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("project",)
    list_per_page = 50
    search_fields: ClassVar[tuple[str, ...]] = ("session_id", "workflow_id", "skill_id")
    search_help_text: ClassVar[str] = "By the id of a session, a workflow or a skill."
    show_full_result_count = False  # a count of all there are costs a scan
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    fields: ClassVar[tuple[str, ...]] = (
        *("project", "session_id", "workflow_id", "skill_id", "phase", "progress"),
        *("tasks", "event_plan", "error"),
        *("started_at", "created_at", "updated_at", "created_by", "revision"),
    )
    readonly_fields: ClassVar[tuple[str, ...]] = fields

    def get_urls(self) -> list[Any]:
        viewset = type("ViewSet", (AdminSessionViewSet,), {"model_admin": self})
        router = SimpleRouter(use_regex_path=False)
        router.register("sessions", viewset, f"{self.opts.app_label}_{self.opts.model_name}_live")
        # Before the admin's own, which take every path for the key of an object; not as a path
        # itself, which would take a session's id for a part of the key.
        return [path("<str:object_id>/live/", include(router.urls)), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WizardSession]:
        return super().get_queryset(request).defer("event_plan", "error")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: WizardSession | None = None) -> bool:
        return False

    @admin.display(description="phase", ordering="run_phase")
    def phase(self, obj: WizardSession) -> str:
        return f"{obj.get_run_phase_display()}{', stale' if obj.is_stale else ''}"

    @admin.display(description="progress")
    def progress(self, obj: WizardSession) -> str:
        done = sum(task["status"] == "completed" for task in obj.tasks)
        return f"{done} of {len(obj.tasks)}"

    @admin.display(description="age", ordering="started_at")
    def age(self, obj: WizardSession) -> str:
        return timesince(obj.started_at, depth=1)

    @admin.display(description="last push", ordering="updated_at")
    def silent_for(self, obj: WizardSession) -> str:
        return f"{timesince(obj.updated_at, depth=1)} ago"
