"""What each token library has of its own: how a token is made, and how it is taken back."""

from datetime import timedelta

from django.contrib.auth.models import Group
from django.utils import timezone
from knox.models import AuthToken
from oauth2_provider.models import AccessToken
from rest_framework.authtoken.models import Token
from rest_framework_simplejwt.tokens import AccessToken as JsonWebToken

from django_wizard_sessions.api_keys.models import ApiKey

from .models import PersonalKey  # type: ignore[attr-defined]  # of the docs

HOUR = timedelta(hours=1)


class OAuthToolkit:
    section = "django-oauth-toolkit"

    def make(self, user, scopes, lifetime=HOUR):
        """The headers of a client whose token has these scopes."""
        expires = timezone.now() + lifetime
        AccessToken.objects.create(user=user, token="t", scope=" ".join(scopes), expires=expires)
        return {"Authorization": "Bearer t"}

    def revoke(self, user):
        AccessToken.objects.get(user=user).revoke()


class SimpleJwt:
    section = "djangorestframework-simplejwt"

    def make(self, user, scopes, lifetime=HOUR):
        token = JsonWebToken.for_user(user)
        token.set_exp(lifetime=lifetime)
        if scopes:
            token["scope"] = " ".join(scopes)
        return {"Authorization": f"Bearer {token}"}

    def revoke(self, user):
        user.set_password("another")
        user.save()


class Knox:
    section = "django-rest-knox"

    def make(self, user, scopes, lifetime=HOUR):
        _, token = AuthToken.objects.create(user, lifetime)
        join_groups(user, scopes)
        return {"Authorization": f"Token {token}"}

    def revoke(self, user):
        user.auth_token_set.all().delete()


class DrfToken:
    section = "DRF's TokenAuthentication"

    def make(self, user, scopes):
        join_groups(user, scopes)
        return {"Authorization": f"Token {Token.objects.create(user=user).key}"}

    def revoke(self, user):
        user.auth_token.delete()


class DrfApiKey:
    section = "djangorestframework-api-key"

    def make(self, user, scopes, lifetime=HOUR):
        expiry = timezone.now() + lifetime
        _, key = PersonalKey.objects.create_key(
            name="wizard", user=user, scopes=scopes, expiry_date=expiry
        )
        return {"Authorization": f"Api-Key {key}"}

    def revoke(self, user):
        PersonalKey.objects.filter(user=user).update(revoked=True)


class OwnApiKey:
    section = "The package's own API keys"

    def make(self, user, scopes, lifetime=HOUR):
        expires = timezone.now() + lifetime
        _, key = ApiKey.objects.issue(user=user, scopes=scopes, expires_at=expires)
        return {"Authorization": f"Bearer {key}"}

    def revoke(self, user):
        ApiKey.objects.get(user=user).revoke()


def join_groups(user, names):
    user.groups.set([Group.objects.create(name=name) for name in names])


LIBRARIES = [OAuthToolkit(), SimpleJwt(), Knox(), DrfToken(), DrfApiKey(), OwnApiKey()]
EXPIRING = [library for library in LIBRARIES if not isinstance(library, DrfToken)]
