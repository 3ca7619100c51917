from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils import timezone

from django_wizard_sessions.api_keys.models import ApiKey
from django_wizard_sessions.conf import get_settings


@pytest.fixture
def user(db):
    return get_user_model().objects.create_user("alice")


@pytest.fixture
def project_model():
    return apps.get_model(get_settings().PROJECT_MODEL)


@pytest.fixture
def project(db, project_model):
    return project_model.objects.create(name="Garden")


@pytest.fixture
def other_project(db, project_model):
    return project_model.objects.create(name="Kitchen")


@pytest.fixture
def issue(user):
    def issue(**values):
        return ApiKey.objects.issue(**{"user": user, "scopes": ["sessions:read"], **values})

    return issue


@pytest.fixture
def yesterday():
    return timezone.now() - timedelta(days=1)
