"""The PPPoE server of a simulated router and the subscribers who dial in to it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from random import Random

from lab.routeros.meter import Meter
from lab.routeros.table import Row, Table

Schedule = Callable[[float, Callable[[], None]], object]


@dataclass(slots=True)
class Subscriber:
    """A customer's modem. It redials `redial_s` after it was dropped, and waits quietly while it is refused."""

    name: str
    password: str
    mac: str
    upload_bps: int = 2_000_000
    download_bps: int = 20_000_000
    redial_s: float = 2.0
    online: bool = True
    radius: bool = False
    """Let in by a RADIUS server, whatever the secrets say."""


@dataclass(slots=True)
class Session:
    subscriber: Subscriber
    started: float
    address: str
    shape_bps: tuple[int, int]
    """Upload and download, after the limits of queue and profile."""
    up: Meter
    down: Meter
    cut: bool = False
    """Whether a firewall rule drops its traffic."""
    active: str = ""
    interface: str = ""
    queue: str = ""
    listed: str = ""
    """Ids of the rows that exist because of this session."""


@dataclass(slots=True)
class PppMenus:
    """The menus that PPPoE reads and writes."""

    secrets: Table
    profiles: Table
    pools: Table
    active: Table
    interfaces: Table
    queues: Table
    address_lists: Table
    filters: Table


class PppoeServer:
    """Lets subscribers in by their secret and profile, and keeps session, interface, queue and list entry together."""

    def __init__(
        self,
        menus: PppMenus,
        *,
        clock: Callable[[], float],
        schedule: Schedule,
        random: Random,
        tell: Callable[[str], None],
    ) -> None:
        self._menus = menus
        self._clock = clock
        self._schedule = schedule
        self._random = random
        self._tell = tell
        self.subscribers: dict[str, Subscriber] = {}
        self.sessions: dict[str, Session] = {}
        """By the id of the row in /ppp/active."""
        self.by_interface: dict[str, Session] = {}
        self.by_queue: dict[str, Session] = {}
        self._online: dict[str, Session] = {}
        self._due: set[str] = set()
        self._dialled = 0
        self.up = True
        for table in (menus.secrets, menus.profiles):
            table.watchers.add(lambda _row, _gone: self._call_back())
        for table in (menus.address_lists, menus.filters):
            table.watchers.add(lambda _row, _gone: self._block())

    def subscribe(self, subscriber: Subscriber) -> None:
        """A new modem, which dials at once."""
        self.subscribers[subscriber.name] = subscriber
        self.dial(subscriber)

    def dial(self, subscriber: Subscriber) -> bool:
        """One attempt; False when the server does not let the subscriber in."""
        self._due.discard(subscriber.name)
        if not self.up or not subscriber.online or subscriber.name in self._online:
            return False
        admitted = self._admit(subscriber)
        if admitted is None:
            return False
        profile, address = admitted
        self._connect(subscriber, profile, address)
        return True

    def hang_up(self, active: Row, *, redial: bool = True) -> None:
        """Ends the session of a row in /ppp/active; the subscriber dials again after a while."""
        session = self.sessions.pop(active[".id"], None)
        if session is None:
            return
        self._online.pop(session.subscriber.name, None)
        self.by_interface.pop(session.interface, None)
        self.by_queue.pop(session.queue, None)
        menus = self._menus
        for table, item_id in (
            (menus.active, session.active),
            (menus.interfaces, session.interface),
            (menus.queues, session.queue),
            (menus.address_lists, session.listed),
        ):
            if item_id:
                table.discard(item_id)
        self._tell(f"<pppoe-{session.subscriber.name}>: disconnected")
        if redial:
            self._redial(session.subscriber)

    def at(self, address: str) -> Session | None:
        """The session that holds an address."""
        return next((session for session in self.sessions.values() if session.address == address), None)

    def drop_all(self) -> None:
        """What a reboot does."""
        for session in list(self.sessions.values()):
            self.hang_up({".id": session.active}, redial=False)

    def dial_all(self) -> None:
        for subscriber in self.subscribers.values():
            self._redial(subscriber)

    def _redial(self, subscriber: Subscriber) -> None:
        if subscriber.online and subscriber.name not in self._due:
            self._due.add(subscriber.name)
            self._schedule(subscriber.redial_s, lambda: self._dial_due(subscriber))

    def _dial_due(self, subscriber: Subscriber) -> None:
        if subscriber.name in self._due:
            self.dial(subscriber)

    def _call_back(self) -> None:
        """A secret or profile changed: who was refused may try again."""
        if self.up:
            for name in self.subscribers.keys() - self._online.keys():
                self._redial(self.subscribers[name])

    def _admit(self, subscriber: Subscriber) -> tuple[Row, str] | None:
        """The profile and address for a dial, None where the secret forbids it."""
        menus = self._menus
        secret = menus.secrets.find(name=subscriber.name)
        if subscriber.radius:
            secret = {"profile": "default", **(secret or {})}
        elif (
            secret is None
            or secret["disabled"] == "true"
            or secret["password"] != subscriber.password
            or secret["service"] not in ("any", "pppoe")
        ):
            return None
        profile = menus.profiles.find(name=secret["profile"])
        if profile is None:
            return None
        source = secret.get("remote-address") or profile.get("remote-address") or ""
        address = self._address(source)
        return None if address is None else (profile, address)

    def _address(self, source: str) -> str | None:
        """A fixed address, or the first one free in a pool; an address moves on when the pool has room."""
        pool = self._menus.pools.find(name=source)
        if pool is None:
            return source or None
        taken = {session.address for session in self.sessions.values()}
        free = [address for address in _addresses(pool["ranges"]) if address not in taken]
        return free[self._dialled % len(free)] if free else None

    def _connect(self, subscriber: Subscriber, profile: Row, address: str) -> None:
        menus, now = self._menus, self._clock()
        self._dialled += 1
        up_limit, down_limit = rate_limit(profile.get("rate-limit", ""))
        phase = self._random.random() * 6
        shape = (
            min(subscriber.upload_bps, up_limit or subscriber.upload_bps),
            min(subscriber.download_bps, down_limit or subscriber.download_bps),
        )
        up, down = (Meter(mean, now=now, phase=phase) for mean in shape)
        session = Session(subscriber, now, address, shape, up, down)
        name = f"<pppoe-{subscriber.name}>"
        active = menus.active.insert(
            {
                "name": subscriber.name,
                "service": "pppoe",
                "caller-id": subscriber.mac,
                "address": address,
                "encoding": "",
                "session-id": f"0x{0x8100_0000 + self._dialled:08x}",
                "limit-bytes-in": "0",
                "limit-bytes-out": "0",
                "radius": "true" if subscriber.radius else "false",
            }
        )
        session.active = active[".id"]
        self.sessions[session.active] = self._online[subscriber.name] = session
        session.interface = menus.interfaces.insert(
            {
                "name": name,
                "type": "pppoe-in",
                "mtu": "1480",
                "running": "true",
                "dynamic": "true",
                "disabled": "false",
            },
            item_id=f"*F{self._dialled:05X}",
        )[".id"]
        self.by_interface[session.interface] = session
        if profile.get("rate-limit"):
            session.queue = menus.queues.insert(
                {
                    "name": name,
                    "target": name,
                    "parent": "none",
                    "max-limit": f"{up_limit}/{down_limit}",
                    "dynamic": "true",
                    "disabled": "false",
                }
            )[".id"]
            self.by_queue[session.queue] = session
        if profile.get("address-list"):
            session.listed = menus.address_lists.insert(
                {"list": profile["address-list"], "address": address, "dynamic": "true", "disabled": "false"}
            )[".id"]
        self._block()
        self._tell(f"{name}: connected")

    def _block(self) -> None:
        """Stops the traffic of addresses on a list that a drop rule names, and lets it go on otherwise."""
        if not self._menus.filters.items:
            return
        now, blocked = self._clock(), self._blocked()
        for session in self.sessions.values():
            cut = session.address in blocked
            if cut != session.cut:
                session.cut = cut
                session.up.retarget(0 if cut else session.shape_bps[0], now)
                session.down.retarget(0 if cut else session.shape_bps[1], now)

    def _blocked(self) -> set[str]:
        lists = {
            rule.get(side)
            for rule in self._menus.filters.items.values()
            for side in ("src-address-list", "dst-address-list")
            if rule["action"] == "drop" and rule["disabled"] == "false"
        }
        entries = self._menus.address_lists.items.values()
        return {
            entry["address"] for entry in entries if entry["list"] in lists and entry["disabled"] == "false"
        }


def rate_limit(words: str) -> tuple[int, int]:
    """`5M/20M` (rx/tx, as the router sees it) in bit/s; zeros for no limit."""
    first = words.split(" ")[0]
    up, _, down = first.partition("/")
    return _rate(up), _rate(down or up)


def _rate(word: str) -> int:
    factor = {"k": 1_000, "M": 1_000_000, "G": 1_000_000_000}.get(word[-1:], 1)
    digits = word.rstrip("kMG")
    return int(digits) * factor if digits.isdecimal() else 0


def _addresses(ranges: str) -> Iterable[str]:
    for part in ranges.split(","):
        low, _, high = part.partition("-")
        first, last = ip_address(low), ip_address(high or low)
        for number in range(int(first), int(last) + 1):
            yield str(ip_address(number))
