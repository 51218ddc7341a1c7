"""What was walked of an agent, by column and index."""

from collections.abc import Mapping

from domain.metering.gauge import as_number
from domain.observation import OidValue


class Walked:
    """Objects of an agent, as a dict of OIDs; asked by row."""

    def __init__(self, values: Mapping[str, OidValue]) -> None:
        self._values = values

    def has(self, oid: str) -> bool:
        return oid in self._values

    def get(self, oid: str) -> OidValue | None:
        return self._values.get(oid)

    def number(self, oid: str) -> float | None:
        value = self._values.get(oid)
        return None if value is None else as_number(value)

    def rows(self, column: str) -> list[str]:
        """The indexes that a column has, in the agent's order."""
        prefix = column + "."
        return [oid[len(prefix) :] for oid in self._values if oid.startswith(prefix)]
