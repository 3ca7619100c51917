from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand
from django.core.management.color import no_style
from django.db import connection, transaction

from example_project.projects.models import Project


class Command(BaseCommand):
    help = "Creates alice with project 1 and bob with project 2. May be run again."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        for pk, username, name in [(1, "alice", "Alice's shop"), (2, "bob", "Bob's blog")]:
            user, created = get_user_model().objects.get_or_create(username=username)
            if created:
                user.set_password(username)
                user.save()
            project, _ = Project.objects.get_or_create(pk=pk, defaults={"name": name})
            project.members.add(user)
            self.stderr.write(f"{name} is project {pk}. Log in as {username} / {username}.")
        # The keys were given, not drawn: the next project's must come after them.
        for statement in connection.ops.sequence_reset_sql(no_style(), [Project]):
            connection.cursor().execute(statement)
