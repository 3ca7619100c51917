from typing import ClassVar

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.migrations.operations.base import Operation

import django_wizard_sessions.fields
from django_wizard_sessions.conf import get_settings


class Migration(migrations.Migration):
    initial: ClassVar[bool | None] = True

    # On the first migration of the host's app, as with AUTH_USER_MODEL. A host that creates its
    # project model in a later one says there: run_before = [("wizard_sessions", "0001_initial")].
    dependencies: ClassVar[list[tuple[str, str]]] = [
        migrations.swappable_dependency(get_settings().PROJECT_MODEL)
    ]

    operations: ClassVar[list[Operation]] = [
        migrations.CreateModel(
            name="WizardSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("session_id", django_wizard_sessions.fields.IdentifierField(max_length=255)),
                ("workflow_id", django_wizard_sessions.fields.IdentifierField(max_length=128)),
                ("skill_id", django_wizard_sessions.fields.IdentifierField(max_length=128)),
                ("started_at", models.DateTimeField()),
                (
                    "run_phase",
                    models.CharField(
                        choices=[
                            ("idle", "Idle"),
                            ("running", "Running"),
                            ("completed", "Completed"),
                            ("error", "Error"),
                        ],
                        max_length=16,
                    ),
                ),
                ("tasks", models.JSONField(default=list)),
                ("event_plan", models.JSONField(null=True)),
                ("error", models.JSONField(null=True)),
                (
                    "created_by",
                    models.CharField(
                        default="",
                        editable=False,
                        help_text="Who pushed first, as the view identifies them: "
                        "a user's primary key, if any.",
                        max_length=255,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "updated_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "revision",
                    models.PositiveBigIntegerField(
                        default=0,
                        editable=False,
                        help_text="Counts the pushes of this session. "
                        "Orders its states; never goes back.",
                    ),
                ),
                (
                    "project",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="wizard_sessions",
                        to=get_settings().PROJECT_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ("-started_at", "-created_at", "-id"),
                "indexes": [
                    models.Index(
                        fields=["project", "started_at", "created_at", "id"],
                        name="wizard_session_by_project",
                    ),
                    models.Index(
                        fields=["project", "workflow_id", "started_at", "created_at", "id"],
                        name="wizard_session_by_workflow",
                    ),
                    models.Index(
                        fields=["project", "skill_id", "started_at", "created_at", "id"],
                        name="wizard_session_by_skill",
                    ),
                    models.Index(
                        fields=[
                            "project",
                            "workflow_id",
                            "skill_id",
                            "started_at",
                            "created_at",
                            "id",
                        ],
                        name="wizard_session_by_both",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("project", "session_id"), name="wizard_session_unique_in_project"
                    )
                ],
            },
        ),
    ]
