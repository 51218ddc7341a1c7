"""Keeps the picture that alerts are judged by: devices, what is down and what is behind it, silences in force."""

from collections.abc import Callable, Collection
from datetime import datetime
from pathlib import Path

from domain.alerting.muting import SilenceInForce, World
from domain.alerting.reach import behind, behind_centres, centres
from domain.alerting.rule import RuleVersion
from domain.alerting.scope import Traits
from domain.event import Recorded
from domain.ports import PositionWatch
from projections import alert_rules, alert_world
from projections.settings import in_force
from workers.alert_surroundings import Connect

_READ_MODEL_S = 10.0
_LINKS_S = 60.0
"""The topology changes seldom and costs much: it is read at most so often."""
_ROUTES = Path("/proc/net/route")


class WorldWatch:
    """Reads anew only what was heard to have changed."""

    def __init__(
        self, connect: Connect, watch: PositionWatch, *, gateways: Callable[[], Collection[str]] | None = None
    ) -> None:
        self._connect = connect
        self._watch = watch
        self._gateways = gateways or default_gateways
        self._traits: dict[str, Traits] = {}
        self._position = 0
        self._down: frozenset[str] = frozenset()
        self._behind: dict[str, str] = {}
        self._links: dict[str, set[str]] = {}
        self._depends_on: dict[str, tuple[str, ...]] = {}
        self._roots: set[str] = set()
        self._middle: set[str] = set()
        """Taken for roots where a network has none."""
        self._silences: list[SilenceInForce] = []
        self._heard = 0
        self._rules: list[RuleVersion] = []
        self._devices_stale = self._links_stale = self._silences_stale = self._rules_stale = True
        self._links_at = 0.0

    def heard(self, recorded: Recorded) -> None:
        """An event about a device, a silence, a rule or the settings."""
        self._heard = recorded.position
        if recorded.topic.startswith("silence."):
            self._silences_stale = True
        elif recorded.topic.startswith("alert_rule."):
            self._rules_stale = True
        else:
            self._devices_stale = True
            if not recorded.topic.startswith(("device.went_down.", "device.came_up.")):
                self._links_stale = True

    async def look(self, now: datetime) -> World:
        """The world as it is now."""
        if self._devices_stale or self._silences_stale or self._rules_stale:
            await self._wait()
        links_due = self._links_stale and now.timestamp() - self._links_at > _LINKS_S
        if self._devices_stale or self._silences_stale or self._rules_stale or links_due:
            async with self._connect() as conn:
                if self._silences_stale:
                    self._silences = await alert_world.silences_not_over(conn)
                if self._rules_stale:
                    self._rules = list(await alert_rules.in_force(conn))
                if self._devices_stale or links_due:
                    changed, self._position = await alert_world.traits_after(conn, self._position)
                    self._traits = {**self._traits, **changed}
                    self._down = frozenset(await alert_world.down_devices(conn))
                    self._depends_on = await alert_world.depends_on(conn)
                if links_due:
                    roots = (await in_force(conn)).alerts.roots or list(self._gateways())
                    self._roots = await alert_world.devices_at(conn, roots) if roots else set()
                    self._links = await alert_world.links(conn)
                    known = {key for key, traits in self._traits.items() if traits.active}
                    self._middle = centres(self._links, self._roots, known)
                    self._links_stale, self._links_at = False, now.timestamp()
            self._devices_stale = self._silences_stale = self._rules_stale = False
            self._behind = {
                **behind_centres(self._links, self._depends_on, self._middle, self._down),
                **behind(self._links, self._depends_on, self._roots, self._down),
            }
        return World(
            traits=self._traits,
            down=self._down,
            behind=self._behind,
            silences=[each for each in self._silences if each.starts_at <= now < each.ends_at],
            rules=self._rules,
        )

    async def _wait(self) -> None:
        for projection in ("inventory", "silences", "alert_rules"):
            await self._watch.wait_for_projection(projection, self._heard, _READ_MODEL_S)


def default_gateways(routes: Path = _ROUTES) -> list[str]:
    """The addresses of this host's IPv4 default gateways (proc(5), /proc/net/route: hexadecimal, little-endian)."""
    try:
        lines = routes.read_text().splitlines()[1:]
    except OSError:
        return []
    fields = [line.split() for line in lines]
    return [
        ".".join(str(byte) for byte in reversed(bytes.fromhex(each[2])))
        for each in fields
        if len(each) > 7 and each[1] == each[7] == "00000000" and each[2] != "00000000"
    ]
