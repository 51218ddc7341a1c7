"""Figures that a worker tells of itself, for whoever watches Netledger."""

from collections.abc import Mapping
from typing import Literal

import msgspec


class WorkerFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One figure now. `name` is Prometheus', without the `_total` of counters; all with one name have the same labels."""

    name: str
    help: str
    kind: Literal["counter", "gauge"]
    value: float
    labels: Mapping[str, str] = {}
