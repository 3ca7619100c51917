from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Makes the demo's tables and data. Prints a key for what a wizard and its readers do."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        call_command("create_example_data")
        scopes = ("wizard_session:write", "wizard_session:read")
        key_of_alice = ("alice", "--project", "1", "--scope", *scopes)
        call_command("create_api_key", *key_of_alice, stdout=self.stdout)
