from rest_framework.exceptions import ValidationError
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

MAX_NUMBER = 2**31 - 1


class WizardSessionPagination(LimitOffsetPagination):
    """DRF's, but a limit or offset that is no whole number is the client's error.

    And so is an offset above ``max_offset``. What is skipped is read all the same: without a bound,
    a page costs as much as a project has sessions.
    """

    default_limit: int = 100
    max_limit: int = 1000
    max_offset = 10_000

    def get_limit(self, request: Request) -> int:
        numbers = range(1, MAX_NUMBER + 1)
        limit = _whole_number(request, self.limit_query_param, self.default_limit, numbers)
        return min(limit, self.max_limit)

    def get_offset(self, request: Request) -> int:
        numbers = range(self.max_offset + 1)
        hint = " To see older sessions, filter by workflow_id or skill_id."
        return _whole_number(request, self.offset_query_param, 0, numbers, hint)


def _whole_number(request: Request, name: str, default: int, numbers: range, hint: str = "") -> int:
    given = request.query_params.get(name)
    if given is None:
        return default
    if given.isascii() and given.isdigit() and len(given) <= len(str(MAX_NUMBER)):
        number = int(given)
        if number in numbers:
            return number
    allowed = f"from {numbers[0]} to {numbers[-1]}"
    raise ValidationError({name: [f"Must be a whole number {allowed}.{hint}"]})
