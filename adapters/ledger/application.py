"""The eventsourcing application that owns recorder, mapper and event store of the ledger."""

from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.persistence import InfrastructureFactory, Mapper
from eventsourcing.postgres import PostgresFactory
from eventsourcing.utils import Environment

from adapters.ledger.datastore import LedgerDatastore
from adapters.ledger.mapper import LedgerMapper
from adapters.ledger.recorder import LedgerRecorder
from adapters.ledger.seals import LedgerSeals
from domain.ports import PersonalSealer


class _Factory(PostgresFactory):
    """Takes the datastore that we made instead of making one from environment variables."""

    def __init__(self, env: Environment, datastore: LedgerDatastore) -> None:
        InfrastructureFactory.__init__(self, env)
        self.datastore = datastore


class LedgerApplication(Application[UUID]):
    """`events` reads an aggregate's stream; appends go through the group-committing writer."""

    name = "ledger"

    def __init__(self, conninfo: str, seals: LedgerSeals, sealer: PersonalSealer) -> None:
        self._datastore = LedgerDatastore(conninfo)
        self._seals = seals
        self._sealer = sealer
        super().__init__()

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        return _Factory(env, self._datastore)

    def construct_mapper(self) -> Mapper[UUID]:
        return LedgerMapper(self._sealer)

    def construct_recorder(self) -> LedgerRecorder:
        return LedgerRecorder(self._datastore, self._seals)
