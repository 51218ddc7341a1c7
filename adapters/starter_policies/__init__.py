"""The compliance policies that ship with the product, as data: one TOML file a platform."""

import tomllib
from functools import partial
from pathlib import Path

import msgspec

from domain.policy import CreatePolicy

_HERE = Path(__file__).parent


def starter_policies() -> list[CreatePolicy]:
    """By file name. Raises msgspec's errors where a file is no policy."""
    read = partial(msgspec.convert, type=CreatePolicy)
    return [read(tomllib.loads(path.read_text())) for path in sorted(_HERE.glob("*.toml"))]
