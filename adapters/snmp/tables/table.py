"""A part of a MIB table: neighbouring columns, read in one walk."""

from typing import NamedTuple

from adapters.snmp.session import Variables
from domain.observation import OidValue

Columns = dict[int, dict[str, OidValue]]
"""Column number to index (its arcs, dotted) to value."""


class Table(NamedTuple):
    """`name` as in the MIB, `entry` the OID of its row, `first` and `last` the columns to read, both included."""

    name: str
    entry: str
    first: int
    last: int

    @property
    def width(self) -> int:
        return self.last - self.first + 1

    def oid(self, column: int) -> str:
        return f"{self.entry}.{column}"

    def columns(self, found: Variables) -> Columns:
        prefix = len(self.entry) + 1
        columns: Columns = {column: {} for column in range(self.first, self.last + 1)}
        for oid, value in found.items():
            column, _, index = oid[prefix:].partition(".")
            columns[int(column)][index] = value
        return columns
