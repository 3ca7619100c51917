"""A million sessions of 1,000 projects in PostgreSQL, which makes them itself, in seconds."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from django_wizard_sessions.models import WizardSession
from tests.databases import postgresql
from tests.host.models import Project

LARGEST = 1
"""The project that has a quarter of all sessions."""
ORDINARY = 500
"""One of the others, which have 750 each."""

# Each starts 25 seconds after the one before; so the rows of a project are scattered. They are
# small: the smaller, the more it tempts the planner to read all of them instead of an index.
SESSIONS = f"""
    INSERT INTO wizard_sessions_wizardsession (
        project_id, session_id, workflow_id, skill_id, run_phase,
        started_at, created_at, updated_at, tasks, created_by, revision
    )
    SELECT
        CASE WHEN n % 4 = 0 THEN {LARGEST} ELSE 2 + n % 999 END,
        'run-' || n, 'workflow-' || n % 5, 'skill-' || n % 31,
        CASE WHEN n % 7 = 0 THEN 'running' ELSE 'completed' END,
        start, start, start + interval '5 minutes', '[]', '', 40
    FROM (
        SELECT n, now() - (1000000 - n) * interval '25 seconds' AS start
        FROM generate_series(1, 1000000) n
    ) runs
"""


@pytest.fixture(scope="module")
def staff(django_db_blocker, tmp_path_factory):
    """A client who may see everything there is."""
    with postgresql(tmp_path_factory.mktemp("database"), django_db_blocker):
        Project.objects.bulk_create(Project(pk=n, name=f"Project {n}") for n in range(1, 1001))
        _create_sessions()
        user = get_user_model().objects.create_superuser("staff")
        user.projects.add(LARGEST, ORDINARY)
        client = Client()
        client.force_login(user)
        yield client


def _create_sessions():
    """What is checked of each row, and indexed of it, takes longer row by row than at the end."""
    options = WizardSession._meta
    with connection.schema_editor() as editor:
        for index in options.indexes:
            editor.remove_index(WizardSession, index)
        for constraint in options.constraints:
            editor.remove_constraint(WizardSession, constraint)
        editor.execute("SET LOCAL session_replication_role = replica")  # no foreign key is checked
        editor.execute(SESSIONS, params=None)
        for index in options.indexes:
            editor.add_index(WizardSession, index)
        for constraint in options.constraints:
            editor.add_constraint(WizardSession, constraint)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
