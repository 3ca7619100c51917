import io
from collections.abc import Mapping
from typing import IO, Any

from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

MAX_BODY_BYTES = 2 * 1024 * 1024


class RequestTooLarge(APIException):
    status_code = 413
    default_detail = f"The request's body is larger than {MAX_BODY_BYTES} bytes."
    default_code = "request_too_large"


class JSONParser(parsers.JSONParser):
    """DRF's, for bodies from anybody: bounded in size and depth, and UTF-8 whatever is declared.

    RFC 8259, section 8.1, knows no other encoding.
    """

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
            return super().parse(
                io.BytesIO(body), media_type, {**(parser_context or {}), "encoding": "utf-8"}
            )
        except RecursionError as error:
            raise ParseError("JSON parse error - nested too deeply") from error
