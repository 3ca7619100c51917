import json
import math
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

MAX_BODY_BYTES = 2 * 1024 * 1024


class RequestTooLarge(APIException):
    status_code = 413
    default_detail: str = f"The request's body is larger than {MAX_BODY_BYTES} bytes."
    default_code = "request_too_large"


class JSONParser(parsers.BaseParser):
    """JSON from anybody: bounded in size and depth, and UTF-8 whatever is declared.

    RFC 8259, section 8.1, knows no other encoding. A number that is none to JSON (``NaN``) or too
    large to be read becomes one that is not finite: so the serializer can name its field.

    Not a subclass of DRF's: DRF reads the whole body for those, up to a bound of Django's that is
    answered 400 as HTML.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        body = stream.read(MAX_BODY_BYTES + 1)
        if len(body) > MAX_BODY_BYTES:
            raise RequestTooLarge
        try:
            return json.loads(body.decode(), parse_int=_parse_int)
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from error
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error


def _parse_int(digits: str) -> float:
    try:
        return int(digits)
    except ValueError:  # more digits than Python converts
        return math.inf
