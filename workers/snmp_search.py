"""Finds SNMP agents among addresses, and reads each with the first credential, in order, that opens it."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

import structlog

from domain.access import SnmpV1Access, SnmpV2cAccess, SnmpV3Access
from domain.observation import Observation
from domain.ports import SnmpError, SnmpReader
from domain.settings import DiscoverySettings

SnmpAccess = SnmpV1Access | SnmpV2cAccess | SnmpV3Access
Met = Callable[[Observation], Awaitable[None]]

_HEAD_START = 0.25
"""How long a credential is asked before the next one begins, as a share of the time an address has to answer: agents
that answer sooner never hear of the next one."""
_TRIES = 2  # of a sweep, see SnmpReader.sweep
_EXAMPLES = 10
log = structlog.get_logger(__name__)


class Troubles:
    """What went wrong, by address; silence is no error, since nobody may be there."""

    def __init__(self) -> None:
        self._unread: dict[str, str] = {}
        self._incomplete: dict[str, tuple[str, ...]] = {}
        self.others: Counter[str] = Counter()

    def unread(self, address: str, kind: str) -> None:
        """An agent is there and could not be read."""
        self._unread[address] = kind

    def read(self, address: str, incomplete: Sequence[str]) -> None:
        self._unread.pop(address, None)
        if incomplete:
            self._incomplete[address] = tuple(incomplete)

    def answers(self, address: str) -> bool:
        """Whether something is there, although it could not be read."""
        return address in self._unread

    def slow(self, addresses: Iterable[str]) -> list[str]:
        """Those of these addresses where an agent answered and then took too long to be read."""
        return [address for address in addresses if self._unread.get(address) == "timeout"]

    def counts(self) -> dict[str, int]:
        """By kind."""
        tables = [f"snmp_incomplete_{table}" for tables in self._incomplete.values() for table in tables]
        return dict(Counter([f"snmp_{kind}" for kind in self._unread.values()] + tables) + self.others)

    def examples(self) -> dict[str, list[str]]:
        """Some addresses by kind."""
        found: dict[str, list[str]] = defaultdict(list)
        for address, kind in self._unread.items():
            if len(found[f"snmp_{kind}"]) < _EXAMPLES:
                found[f"snmp_{kind}"].append(address)
        return dict(found)


class SnmpSearch:
    """Credentials in the order in which they are tried. Each is tried once an address, so that no account gets locked."""

    def __init__(
        self,
        snmp: SnmpReader,
        accesses: Sequence[SnmpAccess],
        settings: DiscoverySettings,
        troubles: Troubles,
    ) -> None:
        self._snmp = snmp
        self._accesses = list(accesses)
        self._settings = settings
        self._troubles = troubles
        self._reading = asyncio.Semaphore(settings.parallel)
        self._fresh: _Round | None = None

    def silent(self) -> int:
        """How many addresses, about, the present `find` has asked in vain so far."""
        return self._fresh.silent() if self._fresh else 0

    async def find(
        self, addresses: Sequence[str], known: Mapping[str, str], met: Met, *, others: bool = True
    ) -> None:
        """Calls `met` with everyone who could be read. `known` maps an address to the credential that worked there
        last time, which goes first; only where it fails, or none is known, the `others` follow."""
        first = {access.id: access for access in self._accesses}
        remembered: dict[str, list[str]] = defaultdict(list)
        fresh: list[str] = []
        for address in addresses:
            if (access_id := known.get(address)) in first:
                remembered[str(access_id)].append(address)
            else:
                fresh.append(address)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._remembered(remembered, first, met, others=others))
            if others:
                self._fresh = self._round(fresh, self._accesses, {})
                group.create_task(self._fresh.run(met))

    async def _remembered(
        self,
        remembered: Mapping[str, list[str]],
        accesses: Mapping[str, SnmpAccess],
        met: Met,
        *,
        others: bool,
    ) -> None:
        rounds = [self._round(asked, [accesses[each]], {}) for each, asked in remembered.items()]
        await asyncio.gather(*(each.run(met) for each in rounds))
        tried = {
            address: access_id
            for (access_id, asked), done in zip(remembered.items(), rounds, strict=True)
            for address in asked
            if address not in done.read
        }
        if others:
            await self._round(list(tried), self._accesses, tried).run(met)

    def _round(
        self, addresses: list[str], accesses: Sequence[SnmpAccess], tried: Mapping[str, str]
    ) -> "_Round":
        return _Round(self._snmp, self._settings, self._reading, self._troubles, addresses, accesses, tried)


class _Round:
    """Some addresses, asked for all credentials with little delay between them.

    Who answers to a later one waits until the earlier ones have had their time, so that the order holds.
    """

    def __init__(
        self,
        snmp: SnmpReader,
        settings: DiscoverySettings,
        reading: asyncio.Semaphore,
        troubles: Troubles,
        addresses: list[str],
        accesses: Sequence[SnmpAccess],
        tried: Mapping[str, str],
    ) -> None:
        self.read: set[str] = set()
        self._snmp = snmp
        self._settings = settings
        self._reading = reading
        self._troubles = troubles
        self._addresses = addresses
        self._accesses = accesses
        self._questions = _questions(accesses)
        self._asked = [0.0] * len(self._questions)
        """The share of the addresses that is through with each question."""
        self._tried = tried
        self._heard: dict[str, set[int]] = defaultdict(set)
        """Address -> credentials, by their place, that it seems to accept and that were not tried yet."""
        self._spared: dict[str, set[int]] = defaultdict(set)
        """Address -> credentials that it was not asked for, since it had answered to an earlier one."""
        self._busy: set[str] = set()
        self._ended: set[int] = set()
        self._settled = 0
        """So many credentials from the first on have had their time."""

    async def run(self, met: Met) -> None:
        """Returns when everybody was asked and everyone who answered was read."""
        if not self._addresses:
            return
        pause_s = max(
            self._settings.timeout_s * _HEAD_START, _TRIES * len(self._addresses) / self._settings.rate_per_s
        )
        async with asyncio.TaskGroup() as group:
            for number in range(len(self._questions)):
                if number:
                    await asyncio.sleep(pause_s)
                group.create_task(self._ask(number, self._chosen(number), group, met))
        for number, places in enumerate(self._questions):
            # They answered to an earlier credential, which then did not open them.
            asked = [
                address
                for address, spared in self._spared.items()
                if address not in self.read and not spared.isdisjoint(places)
            ]
            if asked:
                async with asyncio.TaskGroup() as group:
                    await self._ask(number, asked, group, met)

    def silent(self) -> int:
        share = sum(self._asked) / max(len(self._asked), 1)
        return int(share * (len(self._addresses) - len(self._heard)))

    def _chosen(self, number: int) -> list[str]:
        """Whom to ask at first: those who have not answered yet."""
        chosen: list[str] = []
        for address in self._addresses:
            untried = [place for place in self._questions[number] if self._untried(address, place)]
            if address in self._heard:
                self._spared[address].update(untried)
            elif untried:
                chosen.append(address)
        return chosen

    def _untried(self, address: str, place: int) -> bool:
        return self._accesses[place].id != self._tried.get(address)

    async def _ask(self, number: int, addresses: list[str], group: asyncio.TaskGroup, met: Met) -> None:
        places = self._questions[number]

        def asked(share: float) -> None:
            self._asked[number] = max(self._asked[number], share)

        async for address in self._snmp.sweep(
            addresses,
            self._accesses[places[0]],
            rate_per_s=self._settings.rate_per_s,
            timeout_s=self._settings.timeout_s,
            asked=asked,
        ):
            self._heard[address].update(place for place in places if self._untried(address, place))
            self._follow_up(address, group, met)
        for address in addresses:
            if address in self._spared:
                self._spared[address].difference_update(places)
        self._ended.update(places)
        while self._settled in self._ended:
            self._settled += 1
        for address in [address for address, heard in self._heard.items() if heard]:
            self._follow_up(address, group, met)

    def _follow_up(self, address: str, group: asyncio.TaskGroup, met: Met) -> None:
        heard = self._heard[address]
        if not heard or address in self._busy or address in self.read:
            return
        place = min(heard)
        # In the order of the credentials: none before it may still be answered, or still have to be asked for.
        if place <= self._settled and place <= min(self._spared.get(address) or heard):
            heard.remove(place)
            self._busy.add(address)
            group.create_task(self._visit(address, self._accesses[place], group, met))

    async def _visit(self, address: str, access: SnmpAccess, group: asyncio.TaskGroup, met: Met) -> None:
        observation = await self._read(address, access)
        self._busy.discard(address)
        if observation is None:
            self._follow_up(address, group, met)
            return
        self.read.add(address)
        await met(observation)

    async def _read(self, address: str, access: SnmpAccess) -> Observation | None:
        async with self._reading:
            asked_at = time.time()
            try:
                facts = await self._snmp.read(address, access, timeout_s=self._settings.device_timeout_s)
            except SnmpError as error:
                self._troubles.unread(address, error.kind)
                return None
            except Exception as error:  # whatever one agent makes of our reader, the others are read
                log.error("reading an agent failed", address=address, exc_info=error)
                self._troubles.unread(address, "internal")
                return None
        self._troubles.read(address, facts.incomplete)
        return Observation(address=address, snmp=facts, snmp_access_id=access.id, asked_at=asked_at)


def _questions(accesses: Sequence[SnmpAccess]) -> list[list[int]]:
    """What an address is asked, each as the places of the credentials that it stands for. Engine discovery (RFC 3414, 4)
    names no user: it is asked once a port for all of them."""
    questions: dict[object, list[int]] = {}
    for place, access in enumerate(accesses):
        kind = "" if isinstance(access, SnmpV3Access) else access.community
        questions.setdefault((type(access), kind, access.port), []).append(place)
    return list(questions.values())
