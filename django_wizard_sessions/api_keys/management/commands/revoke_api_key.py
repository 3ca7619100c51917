from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_wizard_sessions.api_keys.keys import LABEL, prefix_of
from django_wizard_sessions.api_keys.models import ApiKey


class Command(BaseCommand):
    """Takes a key by its prefix: of a whole key, the secret is not checked."""

    help = "Revokes an API key, for good."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key",
            metavar="KEY_OR_PREFIX",
            help=f"The whole key, {LABEL}<prefix> or the bare prefix.",
        )

    def handle(self, **options: Any) -> None:
        prefix = prefix_of(options["key"])
        if prefix is None:
            # Not repeated: it may be a key with a slip in it.
            raise CommandError("This is neither an API key nor the prefix of one.")
        api_key = ApiKey.objects.filter(prefix=prefix).first()
        if api_key is None:
            raise CommandError(f"No API key has the prefix {prefix!r}.")
        if api_key.is_revoked:
            self.stderr.write(
                f"{api_key} was revoked already, at {api_key.revoked_at:%Y-%m-%d %H:%M:%S %Z}.",
                self.style.WARNING,
            )
            return
        api_key.revoke()
        self.stderr.write(f"Revoked {api_key}.", self.style.SUCCESS)
