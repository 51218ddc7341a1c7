"""A simulated router: its menus, its PPPoE server, its history and log, and the carrying out of commands."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

from lab.faults import Faults
from lab.routeros import menus
from lab.routeros.faults import Fault
from lab.routeros.pppoe import PppMenus, PppoeServer, Schedule
from lab.routeros.query import compile_query
from lab.routeros.release import Release
from lab.routeros.system import Singleton, resource, routerboard
from lab.routeros.table import Row, Table, proplist
from lab.routeros.traffic import Traffic
from lab.routeros.trap import Trap

LOG_ROWS = 1_000
READ_VERBS = frozenset({"print", "getall", "listen", "monitor-traffic"})
BOARDS = ("RB5009UG+S+", "CCR2004-16G-2S+", "RB750Gr3", "CCR1009-7G-1C-1S+", "hAP ax^3")


@dataclass(slots=True)
class Command:
    """A sentence from a client, taken apart; words may come in any order but queries keep theirs."""

    path: str
    verb: str
    arguments: dict[str, str] = field(default_factory=dict)
    queries: list[str] = field(default_factory=list)
    tag: str = ""

    @classmethod
    def parse(cls, words: Sequence[str]) -> "Command":
        path, _, verb = words[0].rpartition("/")
        command = cls(path, verb)
        for word in words[1:]:
            if word.startswith("="):
                name, _, value = word[1:].partition("=")
                command.arguments[name] = value
            elif word.startswith("?"):
                command.queries.append(word)
            elif word.startswith(".tag="):
                command.tag = word[5:]
        return command

    @property
    def numbers(self) -> str:
        return self.arguments.pop(".id", "") or self.arguments.pop("numbers", "")


@dataclass(slots=True)
class Reply:
    rows: list[Row] = field(default_factory=list)
    ret: str | None = None


def on_loop(delay_s: float, action: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(delay_s, action)


class SimulatedRouter:
    """All strings hold one character a byte (latin-1), as words on the wire are bytes without a charset."""

    def __init__(
        self,
        name: str,
        *,
        version: str = "7.16.2",
        username: str = "admin",
        password: str = "lab",  # noqa: S107 - a simulated device
        seed: int = 0,
        disable_ends_session: bool = False,
        board: str = "",
        serial: str = "",
        clock: Callable[[], float] = time.monotonic,
        schedule: Schedule = on_loop,
    ) -> None:
        self.name = name
        self.release = Release.parse(version)
        self.faults = Faults[Fault]()
        self.clock = clock
        self.disable_ends_session = disable_ends_session
        """Undocumented for real routers, so both are tried."""
        random = Random(seed)
        self.board = board or random.choice(BOARDS)
        self._serial = serial
        self.started = clock() - random.randrange(60, 5_000_000)
        self._phase = random.random() * 6
        self._last_out: dict[str, tuple[datetime, str]] = {}
        self._build(random, schedule)
        self.users.insert({"name": username, "group": "full", "password": password})
        self.on_reboot: Callable[[float], None] = lambda _down_s: None

    def _build(self, random: Random, schedule: Schedule) -> None:
        pools = menus.pools()
        profiles = menus.profiles(pools)
        self.ppp = PppMenus(
            secrets=menus.secrets(profiles, pools, self._secret_live),
            profiles=profiles,
            pools=pools,
            active=menus.active(self._active_live, self._hang_up),
            interfaces=menus.interfaces(lambda item: self.traffic.of_interface(item)),
            queues=menus.queues(lambda item: self.traffic.of_queue(item)),
            address_lists=menus.address_lists(),
            filters=menus.filters(),
        )
        self.log = menus.log()
        self.history = menus.history()
        self.users = menus.users()
        self.identity = Singleton(dict, writable={"name": self.name})
        serial = self._serial or f"HF{random.randrange(16**8):08X}"
        self.menus: dict[str, Table | Singleton] = {
            "/ppp/secret": self.ppp.secrets,
            "/ppp/profile": profiles,
            "/ppp/active": self.ppp.active,
            "/ip/pool": pools,
            "/ip/firewall/address-list": self.ppp.address_lists,
            "/ip/firewall/filter": self.ppp.filters,
            "/queue/simple": self.ppp.queues,
            "/interface": self.ppp.interfaces,
            "/log": self.log,
            "/user": self.users,
            "/system/history": self.history,
            "/system/scheduler": menus.scheduler(),
            "/system/script": menus.scripts(),
            "/system/identity": self.identity,
            "/system/resource": resource(self.release, self.board, self.uptime_s, self._phase),
            "/system/routerboard": routerboard(self.release, self.board, serial),
        }
        self.pppoe = PppoeServer(
            self.ppp,
            clock=self.clock,
            schedule=schedule,
            random=random,
            tell=lambda text: self.note("pppoe,ppp,info", text),
        )
        self.traffic = Traffic(self.ppp.interfaces, self.pppoe, clock=self.clock)
        self.traffic.plug_ports(random)

    def uptime_s(self) -> float:
        return self.clock() - self.started

    def note(self, topics: str, message: str) -> None:
        """A line in the router's log, which keeps the last thousand."""
        self.log.insert({"time": self.now(), "topics": topics, "message": message})
        if len(self.log.items) > LOG_ROWS:
            self.log.discard(next(iter(self.log.items)))

    def now(self) -> str:
        return self.release.date(datetime.now(UTC))

    def reboot(self, down_s: float) -> None:
        """Goes away for a while and comes back with its configuration, but without sessions."""
        self.pppoe.up = False
        self.pppoe.drop_all()
        self.on_reboot(down_s)

    def boot(self) -> None:
        self.started = self.clock()
        self.pppoe.up = True
        self.pppoe.dial_all()

    def execute_line(self, path: str, *words: str) -> Reply:
        """Carries out what somebody types on the router itself."""
        return self.execute(Command.parse([path, *words]), next(iter(self.users.items.values()))["name"])

    def execute(self, command: Command, user: str) -> Reply:
        """Carries out a command that ends at once; raises Trap."""
        menu = self._menu(command)
        if command.verb not in READ_VERBS and self._group(user) == "read":
            raise Trap("not enough permissions (9)")
        if command.path == "/interface" and command.verb == "monitor-traffic":
            return Reply(self.traffic.monitor(command.arguments.get("interface", "")))
        if isinstance(menu, Singleton):
            return self._execute_singleton(menu, command, user)
        if command.verb not in menu.verbs:
            raise Trap("no such command", category=0)
        return self._execute_table(menu, command, user)

    def _menu(self, command: Command) -> Table | Singleton:
        menu = self.menus.get(command.path)
        if menu is None:
            if self.release.major > 6:
                last = command.path.rpartition("/")[2]
                raise Trap(
                    "no such command prefix", category=0, also=f"no such command or directory ({last})"
                )
            raise Trap("no such command prefix", category=0, also="no such command")
        return menu

    def _execute_singleton(self, menu: Singleton, command: Command, user: str) -> Reply:
        if command.verb in ("print", "getall"):
            return self._select(menu.rows(), command)
        if command.verb == "set" and menu.writable:
            menu.set(command.arguments)
            self._remember(f"{command.path[1:].replace('/', ' ')} changed", user)
            return Reply()
        raise Trap("no such command", category=0)

    def _execute_table(self, menu: Table, command: Command, user: str) -> Reply:
        verb = command.verb
        if verb in ("print", "getall"):
            return self._select(menu.rows(), command)
        if verb == "add":
            item = menu.add(command.arguments)
            self._remember(f"{self._noun(command)} {item.get(menu.key, '')} added", user)
            return Reply(ret=item[".id"])
        items = self._change(menu, command)
        action = "removed" if verb == "remove" else "changed"
        self._remember(
            f"{self._noun(command)} {','.join(item.get(menu.key, '') for item in items)} {action}", user
        )
        return Reply()

    def _change(self, menu: Table, command: Command) -> list[Row]:
        numbers, arguments = command.numbers, command.arguments
        match command.verb:
            case "set":
                items = menu.set(numbers, arguments)
            case "unset":
                items = menu.unset(numbers, arguments.get("value-name", ""))
            case "enable" | "disable" as verb:
                items = menu.set(numbers, {"disabled": "yes" if verb == "disable" else "no"})
            case "remove":
                return menu.remove(numbers)
            case _:
                raise Trap("no such command", category=0)
        if self.disable_ends_session and menu is self.ppp.secrets:
            self._end_disabled(items)
        return items

    def _end_disabled(self, secrets: Sequence[Row]) -> None:
        names = {secret["name"] for secret in secrets if secret["disabled"] == "true"}
        for active in [row for row in self.ppp.active.items.values() if row["name"] in names]:
            self._hang_up(active)

    def _select(self, rows: list[Row], command: Command) -> Reply:
        if command.queries:
            matches = compile_query(command.queries)
            rows = [row for row in rows if matches(row)]
        if "count-only" in command.arguments:
            return Reply(ret=str(len(rows)))
        if wanted := command.arguments.get(".proplist"):
            rows = proplist(rows, wanted.split(","))
        return Reply(rows)

    def _active_live(self, item: Row) -> Mapping[str, str]:
        session = self.pppoe.sessions.get(item[".id"])
        return {"uptime": self.release.uptime(int(self.clock() - session.started) if session else 0)}

    def _secret_live(self, item: Row) -> Mapping[str, str]:
        at, caller = self._last_out.get(item["name"], (datetime(1970, 1, 1, tzinfo=UTC), ""))
        row = {"last-logged-out": self.release.date(at)}
        if self.release.major > 6:
            row |= {"last-caller-id": caller, "last-disconnect-reason": "admin-reset" if caller else ""}
        return row

    def _hang_up(self, active: Row) -> None:
        self._last_out[active["name"]] = (datetime.now(UTC), active["caller-id"])
        self.pppoe.hang_up(active)

    def _remember(self, action: str, user: str) -> None:
        self.history.insert(
            {"action": action, "by": user, "policy": "write", "time": self.now(), "undoable": "true"}
        )
        self.note("system,info", f"{action} by {user}")

    def _noun(self, command: Command) -> str:
        return command.path[1:].replace("/", " ")

    def _group(self, user: str) -> str:
        row = self.users.find(name=user)
        return row["group"] if row else "read"
