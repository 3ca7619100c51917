"""Run in a process of its own, with the example's settings: pushes that race, through the views.

Prints as JSON, for each round, the status codes, the revisions that were answered, the revision
that is stored, whether the stored state is the one that was answered with that revision, and
whether each push knew the phase that it replaced.
"""

import json
import sys
import threading
from collections import Counter

import django

django.setup()

from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from django_wizard_sessions import broadcast  # noqa: E402
from django_wizard_sessions.models import RunPhase, WizardSession  # noqa: E402
from example_project.projects.models import Project  # noqa: E402
from tests.factories import a_push, a_task  # noqa: E402

PUSHERS = 16


def projects_of_rounds(rounds):
    """In turns one that fills up, and a new one, where a planner finds other indexes as good."""
    owner = get_user_model().objects.get(username="alice")
    full = owner.projects.get(pk=1)
    for number in range(rounds):
        project = full if number % 2 else Project.objects.create(name="New")
        project.members.add(owner)
        yield project


def race(prefix, rounds, key):
    barrier = threading.Barrier(PUSHERS + 1)
    projects = list(projects_of_rounds(rounds))
    published = {}  # by round and revision, the session as it was pushed
    statuses = [Counter() for _ in range(rounds)]

    def publish(session):
        round_number = int(session.session_id.removeprefix(f"{prefix}-"))
        published[round_number, session.revision] = session

    def push(pusher):
        client = Client(headers={"Authorization": f"Bearer {key}"}, raise_request_exception=False)
        for number in range(rounds):
            url = f"/api/projects/{projects[number].pk}/wizard/sessions/"
            # They differ in the columns of the indexes too, so that each push moves the row there.
            body = a_push(
                f"{prefix}-{number}",
                workflow_id=f"{pusher % 3}",
                started_at=f"2026-11-24T02:25:{pusher:02}Z",
                tasks=[a_task(id=str(pusher))],
                run_phase=RunPhase.values[pusher % len(RunPhase)],
            )
            barrier.wait()
            response = client.post(url, json.dumps(body), content_type="application/json")
            statuses[number][response.status_code] += 1
        connection.close()

    broadcast.publish = publish
    threads = [threading.Thread(target=push, args=(number,)) for number in range(PUSHERS)]
    for thread in threads:
        thread.start()
    for _ in range(rounds):
        barrier.wait()
    for thread in threads:
        thread.join()
    for number in range(rounds):
        row = WizardSession.objects.get(session_id=f"{prefix}-{number}")
        revisions = sorted(revision for at, revision in published if at == number)
        yield {
            "statuses": statuses[number],
            "revisions": revisions,
            "stored": row.revision,
            "newest_is_stored": published[number, row.revision].tasks == row.tasks,
            "phases_follow": [published[number, at].previous_phase for at in revisions]
            == [None, *(published[number, at].run_phase for at in revisions[:-1])],
        }


print(json.dumps(list(race(sys.argv[1], int(sys.argv[2]), sys.argv[3]))))
