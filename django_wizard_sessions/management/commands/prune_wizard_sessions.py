from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connections, router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from django_wizard_sessions.conf import get_settings
from django_wizard_sessions.models import RunPhase, WizardSession

BATCH = 500
DAY = 24 * 60 * 60  # seconds


class Command(BaseCommand):
    help = (
        "Deletes sessions that were not pushed for longer than RETENTION, or --days. In small "
        "batches, each a transaction of its own: pushes need not wait. It can be stopped, and run "
        "again, at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--days", type=float, help="Instead of RETENTION.")
        parser.add_argument(
            "--phase",
            action="append",
            choices=RunPhase.values,
            help="Only sessions in this phase; may be given more than once.",
        )
        parser.add_argument("--dry-run", action="store_true", help="Only counts them.")

    def handle(self, **options: Any) -> None:
        old = self._old(options["days"], options["phase"] or RunPhase.values)
        count = old.count()
        if options["dry_run"]:
            self.stdout.write(f"{count} sessions would be deleted.")
            return
        deleted = 0
        for batch in _batches(old):
            deleted += batch
            self._show(deleted, count, options["verbosity"])
        self.stdout.write(f"{deleted} sessions deleted.")

    def _old(self, days: float | None, phases: list[str]) -> QuerySet[WizardSession]:
        retention = get_settings().RETENTION if days is None else days * DAY
        if retention is None:
            raise CommandError("Give --days, or set WIZARD_SESSIONS['RETENTION'].")
        if not retention > 0:
            raise CommandError("--days must be above 0.")
        rows = WizardSession.objects.using(router.db_for_write(WizardSession))
        try:
            cutoff = timezone.now() - timedelta(seconds=retention)
        except OverflowError:
            return rows.none()
        return rows.filter(updated_at__lt=cutoff, run_phase__in=phases)

    def _show(self, deleted: int, count: int, verbosity: int) -> None:
        if verbosity and self.stdout.isatty():
            share = min(1.0, deleted / max(count, 1))
            bar = "#" * round(30 * share)
            ending = "\r" if deleted < count else "\n"
            self.stdout.write(f"[{bar:<30}] {deleted} of {count}", ending=ending)


def _batches(old: QuerySet[WizardSession]) -> Iterator[int]:
    """Deletes by the primary key's order, which needs no index of its own; yields how many each."""
    last = 0
    while True:
        with transaction.atomic(using=old.db):
            rows = old.filter(pk__gt=last).order_by("pk")
            pks = list(_locked(rows).values_list("pk", flat=True)[:BATCH])
            WizardSession.objects.using(old.db).filter(pk__in=pks).delete()
        if not pks:
            return
        last = pks[-1]
        yield len(pks)


def _locked(rows: QuerySet[WizardSession]) -> QuerySet[WizardSession]:
    """So that none is pushed, and then deleted all the same; one that is being pushed is left."""
    can_skip = connections[rows.db].features.has_select_for_update_skip_locked
    return rows.select_for_update(skip_locked=can_skip)
