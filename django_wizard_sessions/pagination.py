from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

MAX_OFFSET = 2**31 - 1


class WizardSessionPagination(LimitOffsetPagination):
    """DRF's, but a limit or offset that is no whole number is the client's error."""

    default_limit = 100
    max_limit = 1000

    def get_limit(self, request: Request) -> int:
        limit = _whole_number(request, self.limit_query_param, self.default_limit, least=1)
        return min(limit, self.max_limit)

    def get_offset(self, request: Request) -> int:
        return _whole_number(request, self.offset_query_param, 0, least=0)


def _whole_number(request: Request, name: str, default: int, *, least: int) -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if given.isascii() and given.isdigit() and len(given) <= len(str(MAX_OFFSET)):
        number = int(given)
        if least <= number <= MAX_OFFSET:
            return number
    raise ValidationError({name: [f"Must be a whole number from {least} to {MAX_OFFSET}."]})
