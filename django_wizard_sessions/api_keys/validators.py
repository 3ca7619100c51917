import re

from django.core.exceptions import ValidationError

# The characters of RFC 6749, section 3.3.
_SCOPE = re.compile(r"(?!:)[\x21\x23-\x5b\x5d-\x7e]+:[\x21\x23-\x5b\x5d-\x7e]+")


def validate_scopes(value: object) -> None:
    """Checks the form only: which scopes there are is up to the host's views.

    Raises ``ValidationError``, naming every scope that is malformed.
    """
    if not isinstance(value, list):
        raise ValidationError("Scopes must be a list of strings.", code="not_a_list")
    malformed = [
        scope for scope in value if not (isinstance(scope, str) and _SCOPE.fullmatch(scope))
    ]
    if malformed:
        raise ValidationError(
            "Not of the form 'object:action': %(scopes)s.",
            code="malformed_scope",  # a field puts its own message in place of "invalid"
            params={"scopes": ", ".join(map(repr, malformed))},
        )
