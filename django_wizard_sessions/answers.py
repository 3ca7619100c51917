from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response


class EncodedResponse(Response):
    """An answer whose JSON is there already.

    Whoever looks at its ``data`` may change it, as a host's own view may: then, and where another
    renderer was asked for, it is encoded like any other.
    """

    def __init__(self, data: Any, encoded: str, status: int) -> None:
        super().__init__(data, status)
        self._encoded: str | None = encoded

    @property
    def data(self) -> Any:
        self._encoded = None
        return self._data

    @data.setter
    def data(self, data: Any) -> None:
        self._encoded = None
        self._data = data

    @property
    def rendered_content(self) -> Any:
        renderer: Any = self.accepted_renderer
        context: Any = self.renderer_context  # type: ignore[attr-defined]  # DRF's view sets it
        is_plain = type(renderer) is JSONRenderer and (
            renderer.get_indent(self.accepted_media_type, context) is None
        )
        if self._encoded is None or not is_plain:
            return super().rendered_content
        self["Content-Type"] = renderer.media_type
        return self._encoded
