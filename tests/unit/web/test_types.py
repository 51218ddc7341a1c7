"""The web application's types of the API are those of the API as it is."""

import hashlib
from pathlib import Path

from cli.schema import api_schema

TYPES = Path(__file__).parents[3] / "web" / "src" / "api" / "schema.gen.ts"


def test_the_generated_types_are_of_the_present_schema() -> None:
    made_from = hashlib.sha256(api_schema() + b"\n").hexdigest()
    last = TYPES.read_text().rstrip().rsplit("\n", 1)[-1]
    assert made_from in last, "the API has changed: run `make web-types` and commit web/src/api/schema.gen.ts"


def test_the_lock_file_names_no_registry() -> None:
    lock = (TYPES.parents[2] / "package-lock.json").read_text()
    assert '"resolved"' not in lock
