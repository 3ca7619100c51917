from typing import ClassVar

from django.conf import settings
from django.db import models


class Project(models.Model):
    objects: ClassVar[models.Manager["Project"]]

    name = models.CharField(max_length=100)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="projects")

    def __str__(self):
        return self.name


class Team(models.Model):
    """What another host calls its projects: by a slug, with an owner."""

    objects: ClassVar[models.Manager["Team"]]

    slug = models.SlugField(unique=True)
    project = models.OneToOneField(Project, on_delete=models.CASCADE)

    def __str__(self):
        return self.slug


class RunExtras(models.Model):
    """What newer wizards push beside the fields of a session."""

    objects: ClassVar[models.Manager["RunExtras"]]

    session = models.OneToOneField(
        "wizard_sessions.WizardSession", on_delete=models.CASCADE, related_name="extras"
    )
    pending_input = models.JSONField(null=True)
    handoff_text = models.TextField(default="")

    def __str__(self):
        return self.handoff_text
