"""Reads requests strictly, before anything else looks at them: a wrong type is refused, with its field's path."""

import re
from typing import Any

import msgspec
from litestar import Request

from domain.codec import refuse_unstorable
from domain.errors import Invalid

LARGEST_BODY = 16 * 2**20
"""Bytes of a request's body."""
_ESCAPES = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
"""What might become text that cannot be stored: U+0000 and halves of surrogate pairs."""
_QUOTED = re.compile(r"`([^`]*)`")


async def check_body(request: Request[Any, Any, Any]) -> None:
    """Raises Invalid with `field`, the path of the field in the body; `body` where it is no JSON at all."""
    field = request.route_handler.parsed_data_field
    if field is None:
        return
    body = await request.body()
    if not body.strip() and field.is_optional:
        return
    try:
        msgspec.json.decode(body, type=field.annotation)
        if _ESCAPES.search(body):
            _refuse_unstorable(msgspec.json.decode(body))
    except msgspec.ValidationError as error:
        message, path = told(error)
        raise Invalid(f"{path}: {message}", field=path) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"the body is not JSON: {error}", field="body") from None
    except RecursionError:
        raise Invalid("the body is nested too deeply", field="body") from None


def check_parameters(request: Request[Any, Any, Any]) -> None:
    """Raises Invalid for text in the query that PostgreSQL could not hold."""
    for name, value in request.query_params.multi_items():
        try:
            refuse_unstorable(value)
        except Invalid as error:
            raise Invalid(f"{name}: {error.message}", field=name) from None


def told(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong, and where: `targets[2]`, `filter.severity`; a field that is missing or unknown is named too."""
    message, _, place = str(error).partition(" - at `$")
    path = place.rstrip("`").lstrip(".")
    if message.startswith(("Object missing required field", "Object contains unknown field")):
        name = _QUOTED.search(message)
        if name is not None:
            path = f"{path}.{name.group(1)}" if path else name.group(1)
    return message, path or "body"


def _refuse_unstorable(value: Any, path: str = "") -> None:
    if isinstance(value, str):
        try:
            refuse_unstorable(value)
        except Invalid as error:
            raise Invalid(error.message, field=path or "body") from None
    elif isinstance(value, list):
        for index, each in enumerate(value):
            _refuse_unstorable(each, f"{path}[{index}]")
    elif isinstance(value, dict):
        for name, each in value.items():
            _refuse_unstorable(name, f"{path}.key" if path else "key")
            _refuse_unstorable(each, f"{path}.{name}" if path else name)
