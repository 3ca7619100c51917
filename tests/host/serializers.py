"""A host that stores and streams more fields than the package has."""

from django.db import transaction
from rest_framework import serializers

from django_wizard_sessions.serializers import WizardSessionSerializer

from .models import RunExtras


class RunSerializer(WizardSessionSerializer):
    pending_input = serializers.DictField(
        source="extras.pending_input", allow_null=True, default=None
    )
    handoff_text = serializers.CharField(
        source="extras.handoff_text", allow_blank=True, default="", max_length=10_000
    )

    class Meta(WizardSessionSerializer.Meta):
        fields = (*WizardSessionSerializer.Meta.fields, "pending_input", "handoff_text")

    def create(self, validated_data):
        extras = validated_data.pop("extras")
        with transaction.atomic():  # the session's row is locked until both are stored
            session = super().create(validated_data)
            RunExtras.objects.update_or_create(session=session, defaults=extras)
        return session
