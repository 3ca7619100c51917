"""What ``python -m django_wizard_sessions`` does: needs the extra ``terminal``, and no Django."""
