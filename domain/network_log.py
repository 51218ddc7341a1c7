"""What devices say of themselves: syslog messages, SNMP traps and informs, as they are kept and searched."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

LogSource = Literal["syslog", "trap", "receiver"]
"""receiver: what Netledger itself has to say of messages that it did not keep."""
SEVERITIES = ("emergency", "alert", "critical", "error", "warning", "notice", "info", "debug")
"""RFC 5424, 6.2.1; the place is the number."""
RETENTION = "network_logs"
"""Its name among the settings of retention."""
DEFAULT_DAYS = 90
MESSAGE_LIMIT = 8_192
_CONFIGURED_TRAPS = (
    "1.3.6.1.4.1.9.9.43.2.0",  # CISCO-CONFIG-MAN-MIB
    "1.3.6.1.4.1.2636.4.5.0.1",  # JUNIPER-CFGMGMT-MIB jnxCmCfgChange
    "1.3.6.1.4.1.2011.5.25.191.3.1",  # HUAWEI-CONFIG-MAN-MIB hwCfgChgNotify
    "1.3.6.1.4.1.2011.6.10.2.1",  # the same in older releases
    "1.3.6.1.4.1.12356.101.6.0.1003",  # FORTINET-FORTIGATE-MIB fgFmTrapConfChange
)
_CONFIGURED_WORDS = (
    "SYS-5-CONFIG_I",  # Cisco IOS, Arista EOS
    "SYSLOG_CONFIG_I",  # Cisco NX-OS
    "MGBL-CONFIG-6-DB_COMMIT",  # Cisco IOS XR
    "UI_COMMIT_COMPLETED",  # Junos
    "CFM_LOG",  # Huawei
    "hwCfgChgNotify",
    'logdesc="Attribute configured"',  # FortiOS
    'logdesc="Object attribute configured"',
)
_ROUTEROS = re.compile(r"\b(?:changed|added|removed) by ([\w.@-]{1,64})")  # RouterOS, topics system,info
_BY = (
    re.compile(r"\bby (?!console\b)([\w.@-]{1,64}) on\b"),
    re.compile(r"\buser '([\w.@-]{1,64})'"),
    re.compile(r'\buser="([\w.@-]{1,64})"'),
    _ROUTEROS,
)


class NetworkLog(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message. `received_at` is ours, `sent_at` the device's own word; both in seconds since the epoch."""

    received_at: float
    source: LogSource
    address: str
    severity: int
    message: str
    device_id: str = ""
    facility: int | None = None
    host: str = ""
    app: str = ""
    sent_at: float | None = None
    trap_oid: str = ""
    fields: dict[str, Any] = {}
    """Structured data (RFC 5424, 6.3) by id, or a trap's variables by OID."""


class NetworkLogStore(Protocol):
    async def add(self, logs: Sequence[NetworkLog]) -> None:
        """Keeps them; raises where the database is away."""
        ...

    async def expire(self, keep_days: int) -> int:
        """Makes room: drops days that are older, and makes the coming ones ready. How many were dropped."""
        ...


def configured_by(log: NetworkLog) -> str | None:
    """Who configured the device, where the message says that somebody did: empty where it does not say who, None
    where it says nothing of the kind."""
    if log.source == "trap":
        told = any(log.trap_oid == oid or log.trap_oid.startswith(f"{oid}.") for oid in _CONFIGURED_TRAPS)
    else:
        text = f"{log.app} {log.message}"
        told = any(word in text for word in _CONFIGURED_WORDS) or (
            "system" in log.app.split(",") and _ROUTEROS.search(log.message) is not None
        )
    if not told:
        return None
    return next((found[1] for pattern in _BY if (found := pattern.search(log.message))), "")


class SourceLimits:
    """A bucket a source: so many messages a second, and a burst. Bounded itself: of too many sources, new ones share one."""

    def __init__(self, *, rate_per_s: float, burst: int, most_sources: int = 50_000) -> None:
        self._rate_per_s = rate_per_s
        self._burst = float(burst)
        self._most_sources = most_sources
        self._buckets: dict[str, tuple[float, float]] = {}
        self.refused: dict[str, int] = {}
        """Messages refused by source, since they were last told."""

    def take(self, source: str, now_s: float) -> bool:
        known = self._buckets.get(source)
        if known is None:
            if len(self._buckets) >= self._most_sources:
                self._forget(now_s)
            if len(self._buckets) >= self._most_sources:
                source = ""
                known = self._buckets.get(source, (self._burst, now_s))
            else:
                known = (self._burst, now_s)
        left = min(known[0] + (now_s - known[1]) * self._rate_per_s, self._burst)
        if left < 1.0:
            self._buckets[source] = (left, now_s)
            self.refused[source] = self.refused.get(source, 0) + 1
            return False
        self._buckets[source] = (left - 1.0, now_s)
        return True

    def told(self) -> Mapping[str, int]:
        """What was refused since the last time."""
        told, self.refused = self.refused, {}
        return told

    def _forget(self, now_s: float) -> None:
        """Sources whose buckets are full again."""
        fills_s = self._burst / self._rate_per_s
        self._buckets = {
            source: bucket for source, bucket in self._buckets.items() if now_s - bucket[1] < fills_s
        }
