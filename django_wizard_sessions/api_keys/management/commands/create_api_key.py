from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model
from django.utils import timezone

from django_wizard_sessions.api_keys.models import ApiKey
from django_wizard_sessions.conf import get_settings


class Command(BaseCommand):
    """Prints the key alone on the standard output, so that a script can take it from there."""

    help = "Creates an API key of a user and prints it. It cannot be shown again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="Whose key it is.")
        parser.add_argument(
            "--scope",
            dest="scopes",
            action="extend",
            nargs="+",
            required=True,
            metavar="SCOPE",
            help='What the key may be used for, as "object:action". One or several.',
        )
        parser.add_argument(
            "--project",
            dest="projects",
            action="extend",
            nargs="+",
            default=[],
            metavar="ID",
            help="The primary key of a project that the key is limited to. One or several. "
            "Without it, the key is good for every project that the user may see.",
        )
        parser.add_argument("--name", default="", help="What the key is used for.")
        parser.add_argument(
            "--expires-in",
            type=int,
            metavar="DAYS",
            help="Without it, the key does not expire.",
        )

    def handle(self, **options: Any) -> None:
        try:
            api_key, key = ApiKey.objects.issue(
                user=_get_user(options["username"]),
                scopes=options["scopes"],
                projects=[_get_project(id_) for id_ in options["projects"]] or None,
                name=options["name"],
                expires_at=_get_expiry(options["expires_in"]),
            )
        except ValidationError as error:
            raise CommandError(_describe(error)) from error
        self.stderr.write(
            f"Created {api_key}. The key is shown this one time, so store it now.",
            self.style.WARNING,
        )
        self.stdout.write(key)


def _get_user(username: str) -> AbstractBaseUser:
    model = get_user_model()
    try:
        return model._default_manager.get_by_natural_key(username)  # noqa: SLF001
    except model.DoesNotExist:
        raise CommandError(f"No user has the {model.USERNAME_FIELD} {username!r}.") from None


def _get_project(id_: str) -> Model:
    model = apps.get_model(get_settings().PROJECT_MODEL)
    try:
        project: Model = model._default_manager.get(pk=id_)  # noqa: SLF001
    except (ObjectDoesNotExist, ValueError, ValidationError):
        raise CommandError(f"No project has the id {id_!r}.") from None
    return project


def _get_expiry(days: int | None) -> datetime | None:
    if days is None:
        return None
    if days < 1:
        raise CommandError(f"--expires-in takes a number of days from 1, not {days}.")
    try:
        return timezone.now() + timedelta(days=days)
    except OverflowError:
        raise CommandError(f"--expires-in is too far ahead: {days} days.") from None


def _describe(error: ValidationError) -> str:
    return " ".join(
        f"{field}: {' '.join(problems)}" for field, problems in error.message_dict.items()
    )
