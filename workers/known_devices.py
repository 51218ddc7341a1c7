"""The records that observations may be about: as the inventory has them, with what was decided since."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from domain.device_identity import Known, Run
from projections.inventory_queries import Candidate


class KnownDevice:
    """One record as it will be once everything that was decided is appended."""

    def __init__(self, row: Candidate) -> None:
        self.id = row.id
        self.site = row.site
        self.name = row.name
        self.state = row.state
        self.status = row.status
        self.addresses = list(row.addresses)
        self.identities = list(row.identities)
        self.identified = row.identified
        self.described = (row.sys_descr, row.sys_object_id)
        self.apart = tuple(row.apart)
        self.run: Run | None = None

    def as_known(self) -> Known:
        return Known(
            id=self.id,
            site=self.site,
            addresses=tuple(self.addresses),
            identities=tuple(self.identities),
            identified=self.identified,
            apart=self.apart,
            removed=self.state == "removed",
            run=self.run,
        )


class KnownDevices:
    """Found by address and by identity. What one scan decides it remembers here, since read models follow a moment later."""

    def __init__(self, site: str) -> None:
        self._site = site
        self._decided: dict[str, KnownDevice | None] = {}
        """Records that this scan changed; None of those that were merged away."""
        self._records: dict[str, KnownDevice] = {}
        self._by_key: dict[str, dict[str, None]] = defaultdict(dict)
        self._order: dict[str, int] = {}

    @property
    def decided(self) -> int:
        """How many records are remembered."""
        return len(self._decided)

    def forget(self) -> None:
        """What was decided is in the read model by now, or was never appended."""
        self._decided.clear()

    def begin(self, rows: Sequence[Candidate], runs: Mapping[str, Run]) -> None:
        """The inventory's answer for a batch, the oldest first, and how those devices were last seen to run."""
        self._records.clear()
        self._by_key.clear()
        self._order.clear()
        for row in rows:
            if row.id not in self._decided:
                record = KnownDevice(row)
                record.run = runs.get(row.id)
                self._add(record)
            elif (decided := self._decided[row.id]) is not None:
                self._add(decided)
        for decided in self._decided.values():
            if decided is not None and decided.id not in self._records:
                self._add(decided)

    def about(self, address: str, identities: Iterable[str]) -> list[Known]:
        """Records that share the address or an identity, the oldest first. Those of named sites, which a scan of no
        site in particular also sees, count only where none of its own is meant and just one of them is."""
        ids = dict.fromkeys(
            device_id for key in (address, *identities) for device_id in self._by_key.get(key, ())
        )
        records = [self._records[each] for each in sorted(ids, key=self._order.__getitem__)]
        own = [record for record in records if record.site == self._site]
        if not own and len(records) != 1:
            return []
        return [msgspec.structs.replace(record.as_known(), site=self._site) for record in own or records]

    def __getitem__(self, device_id: str) -> KnownDevice:
        return self._records[device_id]

    def made(self, device_id: str, address: str) -> KnownDevice:
        """A new record; what it is called until it is identified."""
        row = Candidate(
            id=device_id,
            site=self._site,
            state="active",
            addresses=[],
            identities=[],
            identified=False,
            name=address,
            status="up",
        )
        record = KnownDevice(row)
        self._add(record)
        return record

    def answers(self, record: KnownDevice, address: str, identities: Iterable[str], run: Run | None) -> None:
        """It was observed at the address, with these identities."""
        record.state, record.status, record.run = "active", "up", run or record.run
        self._give(record, (address,), identities)

    def merged(self, survivor: KnownDevice, other: KnownDevice) -> None:
        self._give(survivor, other.addresses, other.identities)
        for key in (*other.addresses, *other.identities):
            self._by_key[key].pop(other.id, None)
        del self._records[other.id]
        self._decided[other.id] = None

    def lost(self, record: KnownDevice, address: str) -> None:
        record.addresses.remove(address)
        self._by_key[address].pop(record.id, None)
        self._decided[record.id] = record

    def _add(self, record: KnownDevice) -> None:
        self._records[record.id] = record
        self._order.setdefault(record.id, len(self._order))
        for key in (*record.addresses, *record.identities):
            self._by_key[key][record.id] = None

    def _give(self, record: KnownDevice, addresses: Iterable[str], identities: Iterable[str]) -> None:
        for mine, given in ((record.addresses, addresses), (record.identities, identities)):
            for key in given:
                if record.id not in self._by_key[key]:
                    mine.append(key)
                    self._by_key[key][record.id] = None
        self._decided[record.id] = record
