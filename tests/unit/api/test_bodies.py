"""The field that an error of msgspec is about."""

import msgspec
import pytest

from api.bodies import told


class Inner(msgspec.Struct, forbid_unknown_fields=True):
    number: int


class Outer(msgspec.Struct, forbid_unknown_fields=True):
    inner: Inner
    many: list[Inner] = []
    by_name: dict[str, Inner] = {}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{}", "inner"),
        (b"5", "body"),
        (b'{"inner": {}}', "inner.number"),
        (b'{"inner": {"number": "x"}}', "inner.number"),
        (b'{"inner": {"number": 1, "more": 2}}', "inner.more"),
        (b'{"inner": {"number": 1}, "many": [{"number": 1}, {"number": []}]}', "many[1].number"),
        (b'{"inner": {"number": 1}, "many": [{"number": 1}, {}]}', "many[1].number"),
        (b'{"inner": {"number": 1}, "by_name": {"a": {"number": null}}}', "by_name[...].number"),
        (b'{"inner": {"number": 1}, "other": 1}', "other"),
    ],
)
def test_the_path(body: bytes, path: str) -> None:
    with pytest.raises(msgspec.ValidationError) as error:
        msgspec.json.decode(body, type=Outer)
    message, found = told(error.value)
    assert found == path
    assert message
    assert "$" not in message
