"""Which devices are out of reach because another one, on the way from Netledger to them, is down."""

from collections import deque
from collections.abc import Mapping, Set

_FEWEST = 3
"""Devices that hang together, so that one of them can be said to be in the middle."""


def behind(
    links: Mapping[str, Set[str]],
    depends_on: Mapping[str, tuple[str, ...]],
    roots: Set[str],
    down: Set[str],
) -> dict[str, str]:
    """Device -> the down device that hides it. `links` is the topology, both ways; `roots` are the devices that Netledger
    is connected to. A device with another way around is not hidden; one without any link to a root is judged by
    `depends_on` alone, which takes the topology's place where it is set: all that it names must be out of reach."""
    hidden = _cut_off(links, roots, down, frozenset(depends_on))
    changed = True
    while changed:
        changed = False
        for device, parents in depends_on.items():
            gone = [parent for parent in parents if parent in down or parent in hidden]
            if parents and device not in hidden and len(gone) == len(parents):
                hidden[device] = hidden.get(gone[0], gone[0]) if gone[0] not in down else gone[0]
                changed = True
    return hidden


def behind_centres(
    links: Mapping[str, Set[str]],
    depends_on: Mapping[str, tuple[str, ...]],
    middle: Set[str],
    down: Set[str],
) -> dict[str, str]:
    """The same, as if Netledger were connected to the devices in the `middle` of their networks (see `centres`). That is
    a guess, so that only those count as hidden that do not answer either."""
    hidden = _cut_off(links, middle, down, frozenset(depends_on))
    return {device: parent for device, parent in hidden.items() if device in down}


def centres(links: Mapping[str, Set[str]], roots: Set[str], devices: Set[str]) -> set[str]:
    """Of each network without a root, the one of `devices` that remains longest when all with the fewest links left are
    taken away again and again: access before distribution, distribution before core."""
    seen: set[str] = set()
    found: set[str] = set()
    for start in sorted(links):
        if start not in seen:
            network = _network(links, start)
            seen |= network
            known = network & devices
            if len(known) >= _FEWEST and not network & roots:
                found.add(_centre(links, network, known))
    return found


def _network(links: Mapping[str, Set[str]], start: str) -> set[str]:
    """All that hangs together with it."""
    network, waiting = {start}, [start]
    while waiting:
        new = links.get(waiting.pop(), frozenset()) - network
        network |= new
        waiting += new
    return network


def _centre(links: Mapping[str, Set[str]], network: Set[str], known: Set[str]) -> str:
    left = {device: len(links[device]) for device in network}
    last: list[str] = []
    while left:
        fewest = min(left.values())
        outermost = [device for device, count in left.items() if count <= fewest]
        for device in outermost:
            del left[device]
        for device in outermost:
            for neighbour in links[device]:
                if neighbour in left:
                    left[neighbour] -= 1
        last = [device for device in outermost if device in known] or last
    return min(last, key=lambda device: (-len(links[device]), device))


def _cut_off(
    links: Mapping[str, Set[str]], roots: Set[str], down: Set[str], by_hand: Set[str]
) -> dict[str, str]:
    """Walks twice from the roots: over what is up, to see what can be reached, and over everything, to name the cause."""
    if not down:
        return {}
    reached = set(roots)
    waiting = deque(root for root in roots if root not in down)
    while waiting:
        for neighbour in links.get(waiting.popleft(), ()):
            if neighbour not in reached:
                reached.add(neighbour)
                if neighbour not in down:
                    waiting.append(neighbour)
    hidden: dict[str, str] = {}
    cause = {root: root if root in down else "" for root in roots}
    everything = deque(sorted(roots))
    while everything:
        device = everything.popleft()
        for neighbour in sorted(links.get(device, ())):
            if neighbour in cause:
                continue
            cause[neighbour] = cause[device] or (neighbour if neighbour in down else "")
            everything.append(neighbour)
            if neighbour not in reached and neighbour not in by_hand:
                hidden[neighbour] = cause[device]
    return {device: parent for device, parent in hidden.items() if parent}
