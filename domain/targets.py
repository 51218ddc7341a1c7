"""Which addresses a discovery asks: what an operator wrote as targets and exclusions, as a countable and resumable plan."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import msgspec

from domain.errors import Invalid

MAX_ADDRESSES = 1_048_576
"""The addresses of one discovery, after exclusions and without duplicates: as many as an IPv4 /12 holds."""

Span = tuple[int, int, int]
"""IP version, first and last address as integers, both included."""

_NAME = re.compile(
    r"(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*", re.ASCII
)
_FORMS = (
    "write an address, a network as 10.0.0.0/24, a range as 10.0.1.5-10.0.1.9 or 10.0.1.5-9, or a host name"
)

# What no single device answers at (RFC 1122 3.2.1.3, RFC 4291 2.4 and 2.5), and what hides an IPv4 address (2.5.5.2).
_REFUSED: tuple[tuple[IPv4Network | IPv6Network, str], ...] = (
    (IPv4Network("0.0.0.0/8"), "the unspecified network 0.0.0.0/8"),
    (IPv4Network("224.0.0.0/4"), "multicast 224.0.0.0/4"),
    (IPv4Network("255.255.255.255/32"), "the broadcast address 255.255.255.255"),
    (IPv6Network("::/128"), "the unspecified address ::"),
    (IPv6Network("ff00::/8"), "multicast ff00::/8"),
    (IPv6Network("::ffff:0:0/96"), "IPv4-mapped addresses; write them as IPv4"),
)


class TargetError(Invalid):
    """A target or exclusion that cannot be scanned; `field` is its path in the request, as in `targets[2]`."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message, field=field)
        self.field = field


class Targets(msgspec.Struct, frozen=True):
    """The plan: spans in ascending order (IPv4 first) that neither overlap nor touch an exclusion."""

    spans: tuple[Span, ...] = ()
    names: tuple[str, ...] = ()
    """Host names whose addresses are still to be added by `with_resolved`."""
    excluded: tuple[Span, ...] = ()
    excluded_names: tuple[str, ...] = ()
    cap: int = MAX_ADDRESSES

    @property
    def count(self) -> int:
        """How many addresses `addresses` yields; names count only once they are resolved."""
        return _count(self.spans)

    def addresses(self, skip: int = 0) -> Iterator[str]:
        """The addresses in a stable order, without the first `skip`, so that an interrupted scan resumes."""
        for version, first, last in self.spans:
            size = last - first + 1
            if skip >= size:
                skip -= size
                continue
            address = IPv4Address if version == 4 else IPv6Address
            yield from (str(address(number)) for number in range(first + skip, last + 1))
            skip = 0

    def covers(self, address: str) -> bool:
        """Whether `addresses` would yield this one."""
        wanted = ip_address(address)
        return any(
            version == wanted.version and first <= int(wanted) <= last for version, first, last in self.spans
        )

    def with_resolved(self, resolved: Mapping[str, Iterable[str]]) -> "Targets":
        """The plan with names replaced by their addresses; a name that is missing or has none adds nothing.

        Addresses that no device can have (a name that resolves to 0.0.0.0 or multicast) are left out. Raises
        TargetError when the plan outgrows the cap.
        """
        excluded = _union([*self.excluded, *_resolved_spans(self.excluded_names, resolved)])
        spans = _minus(_union([*self.spans, *_resolved_spans(self.names, resolved)]), excluded)
        if (count := _count(spans)) > self.cap:
            raise TargetError(
                "targets", f"{count:,} addresses with the resolved names; {_cap_hint(self.cap)}"
            )
        return Targets(spans=tuple(spans), excluded=tuple(excluded), cap=self.cap)


def parse_targets(targets: Sequence[str], exclude: Sequence[str] = (), cap: int = MAX_ADDRESSES) -> Targets:
    """Networks, ranges, addresses and host names as a plan without duplicates and without what is excluded.

    The network and broadcast address of an IPv4 network of /30 or larger are left out, unless another target names
    them. Raises TargetError for what cannot be read, cannot be scanned, or is more than `cap` addresses together.
    """
    if not targets:
        raise TargetError("targets", f"no targets; {_FORMS}")
    excluded, excluded_names = _parse_all("exclude", exclude)
    apart = _union([span for _, span in excluded])
    parsed, names = _parse_all("targets", targets)
    for field, span in parsed:
        _refuse_unscannable(field, span)
    spans = _minus(_union([span for _, span in parsed]), apart)
    if _count(spans) > cap:
        raise TargetError(
            _first_beyond(parsed, apart, cap), f"{_count(spans):,} addresses in all; {_cap_hint(cap)}"
        )
    if not spans and not names:
        raise TargetError("exclude", "the exclusions leave no address to scan; exclude less")
    return Targets(tuple(spans), names, tuple(apart), excluded_names, cap)


def _parse_all(list_name: str, entries: Sequence[str]) -> tuple[list[tuple[str, Span]], tuple[str, ...]]:
    spans: list[tuple[str, Span]] = []
    names: dict[str, None] = {}
    for position, entry in enumerate(entries):
        field = f"{list_name}[{position}]"
        found = _parse(field, entry.strip(), hosts_only=list_name == "targets")
        if isinstance(found, str):
            names[found] = None
        else:
            spans.append((field, found))
    return spans, tuple(names)


def _parse(field: str, entry: str, *, hosts_only: bool) -> Span | str:
    if not entry:
        raise TargetError(field, f"empty; {_FORMS}")
    if "%" in entry:
        raise TargetError(
            field, "an address with a zone (%) means something else on every host; write it without"
        )
    if "/" in entry:
        return _network(field, entry, hosts_only=hosts_only)
    first, dash, last = entry.partition("-")
    if dash and _is_address(first):
        return _range(field, first.strip(), last.strip())
    if _is_address(entry):
        address = ip_address(entry)
        return address.version, int(address), int(address)
    return _name(field, entry)


def _network(field: str, entry: str, *, hosts_only: bool) -> Span:
    try:
        network = ip_network(entry, strict=False)
    except ValueError:
        raise TargetError(
            field, f"{_quoted(entry)} is not a network; write it as 10.0.0.0/24 or 2001:db8::/64"
        ) from None
    first, last = int(network.network_address), int(network.broadcast_address)
    if hosts_only and network.version == 4 and network.prefixlen <= 30:
        return 4, first + 1, last - 1
    return network.version, first, last


def _range(field: str, first: str, last: str) -> Span:
    start = ip_address(first)
    if re.fullmatch(r"[0-9]{1,3}", last) and start.version == 4:
        last = f"{first.rpartition('.')[0]}.{int(last)}"
    if not _is_address(last):
        raise TargetError(
            field, f"{_quoted(last)} does not end a range; write 10.0.1.5-10.0.1.9 or 10.0.1.5-9"
        )
    end = ip_address(last)
    if start.version != end.version:
        raise TargetError(field, "a range begins and ends in the same IP version; write one range for each")
    if int(end) < int(start):
        raise TargetError(field, f"the range ends before it begins; write {end}-{start}")
    return start.version, int(start), int(end)


def _name(field: str, entry: str) -> str:
    name = entry.lower().rstrip(".")
    if not entry.isascii():
        raise TargetError(
            field, f"{_quoted(entry)} is not ASCII; write an international name in its xn-- form"
        )
    # A last label of digits is a mistyped address, not a name (RFC 3696, 2).
    if not _NAME.fullmatch(name) or name.rpartition(".")[2].isdigit():
        raise TargetError(field, f"{_quoted(entry)} is neither an address nor a host name; {_FORMS}")
    return name


def _is_address(text: str) -> bool:
    try:
        ip_address(text.strip())
    except ValueError:
        return False
    return True


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _refuse_unscannable(field: str, span: Span) -> None:
    if reason := _unscannable(span):
        raise TargetError(field, f"no device answers at {reason}; take it out of the targets")


def _unscannable(span: Span) -> str:
    version, first, last = span
    for network, reason in _REFUSED:
        if (
            network.version == version
            and first <= int(network.broadcast_address)
            and int(network.network_address) <= last
        ):
            return reason
    return ""


def _resolved_spans(names: Iterable[str], resolved: Mapping[str, Iterable[str]]) -> Iterator[Span]:
    for name in names:
        for text in resolved.get(name, ()):
            address = ip_address(text.partition("%")[0])
            span = (address.version, int(address), int(address))
            if not _unscannable(span):
                yield span


def _count(spans: Iterable[Span]) -> int:
    return sum(last - first + 1 for _, first, last in spans)


def _union(spans: Iterable[Span]) -> list[Span]:
    """Sorted, with what overlaps or touches joined."""
    joined: list[Span] = []
    for version, first, last in sorted(spans):
        if joined and joined[-1][0] == version and first <= joined[-1][2] + 1:
            joined[-1] = (version, joined[-1][1], max(last, joined[-1][2]))
        else:
            joined.append((version, first, last))
    return joined


def _minus(spans: list[Span], holes: list[Span]) -> list[Span]:
    """`spans` without `holes`; both come from `_union`, so one pass over each is enough."""
    left: list[Span] = []
    position = 0
    for version, first, last in spans:
        while position < len(holes) and (holes[position][0], holes[position][2]) < (version, first):
            position += 1
        ahead = position
        while ahead < len(holes) and (holes[ahead][0], holes[ahead][1]) <= (version, last):
            if holes[ahead][1] > first:
                left.append((version, first, holes[ahead][1] - 1))
            first = holes[ahead][2] + 1
            ahead += 1
        if first <= last:
            left.append((version, first, last))
    return left


def _first_beyond(parsed: list[tuple[str, Span]], apart: list[Span], cap: int) -> str:
    """The field of the first target with which the targets before it are more than the cap."""
    low, high = 1, len(parsed)
    while low < high:
        middle = (low + high) // 2
        if _count(_minus(_union([span for _, span in parsed[:middle]]), apart)) > cap:
            high = middle
        else:
            low = middle + 1
    return parsed[low - 1][0]


def _cap_hint(cap: int) -> str:
    return f"one discovery scans at most {cap:,}; split it into several discoveries or exclude more"
