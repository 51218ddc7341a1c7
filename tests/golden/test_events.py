"""Every event version ever shipped can still be read, and says what it said."""

import importlib.util
from pathlib import Path
from typing import Any

import msgspec
import pytest

from domain.catalogue import TOPICS
from domain.codec import UPCASTERS, decode, encode

EXAMPLES = Path(__file__).with_name("events.jsonl")
HOW = "python tests/golden/add_examples.py"


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    topic: str
    state: msgspec.Raw


def examples() -> list[Example]:
    return [msgspec.json.decode(line, type=Example) for line in EXAMPLES.read_bytes().splitlines()]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.topic)
def test_a_stored_event_is_read_and_nothing_of_it_is_lost(example: Example) -> None:
    """A field that was renamed, dropped or retyped shows here: make a new version of the event, with an upcaster."""
    state = bytes(example.state)
    event, meta = decode(example.topic, state)
    if example.topic in UPCASTERS:
        assert event.topic in TOPICS
        return
    stored, again = msgspec.json.decode(state), msgspec.json.decode(encode(event, meta))
    assert within(stored, again), f"{example.topic} was changed; give it a new version instead"


def within(part: Any, whole: Any) -> bool:
    """Whether `whole` says all that `part` says; fields may have been added since."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and within(value, whole[key]) for key, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(within, part, whole))
    return bool(part == whole)


def test_every_event_type_has_an_example() -> None:
    missing = sorted(TOPICS.keys() - {example.topic for example in examples()})
    assert not missing, f"no stored example of {', '.join(missing)}: run {HOW}"


def test_every_example_is_of_a_known_type() -> None:
    """An event type may leave the catalogue only if an upcaster leads from it to another."""
    unknown = {example.topic for example in examples()} - TOPICS.keys() - UPCASTERS.keys()
    assert not unknown


def test_a_version_has_one_example() -> None:
    topics = [example.topic for example in examples()]
    assert len(topics) == len(set(topics))


def test_adding_examples_changes_no_line_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("add_examples", EXAMPLES.with_name("add_examples.py"))
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    lines = EXAMPLES.read_bytes().splitlines(keepends=True)
    copy = tmp_path / "events.jsonl"
    copy.write_bytes(b"".join(lines[:-2]))
    monkeypatch.setattr(script, "EXAMPLES", copy)
    script.main()
    written = copy.read_bytes().splitlines(keepends=True)
    assert written[: len(lines) - 2] == lines[:-2]
    assert len(written) == len(lines)
    assert capsys.readouterr().out.count("added") == 2
    script.main()
    assert copy.read_bytes().splitlines(keepends=True) == written
