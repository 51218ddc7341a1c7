"""The firewall address list that isolates users: entries of ours are known by their comment, others' are left alone."""

from collections.abc import Collection, Iterable, Sequence

from adapters.routeros.dialogue import Dialogue, any_of
from adapters.routeros.values import flag
from adapters.routeros.wire import Row
from domain.router_isolation import RouterStep, StepReporter
from domain.router_ports import RouterError

MENU = "/ip/firewall/address-list"
_FIELDS = (".id", "address", "comment", "disabled", "dynamic")


def mark(username: str) -> str:
    """The comment of our entries for a user."""
    return f"netledger isolation {username}"


class UserEntries:
    """What an address list holds for one user."""

    def __init__(self, dialogue: Dialogue, list_name: str, username: str) -> None:
        self._dialogue = dialogue
        self._list = list_name
        self._username = username
        self._mark = mark(username)

    async def read(self, addresses: Iterable[str] = ()) -> tuple[dict[str, Row], dict[str, Row]]:
        """Our entries, and others' lasting and enabled ones for these addresses, both by address."""
        query = [f"?list={self._list}", f"?comment={self._mark}"]
        for address in addresses:
            query += [f"?address={address}", "?#|"]
        rows = await self._dialogue.rows(MENU, _FIELDS, *query, "?#&")
        ours = {row.get("address", ""): row for row in rows if row.get("comment") == self._mark}
        others = {
            row.get("address", ""): row
            for row in rows
            if row.get("comment") != self._mark
            and not flag(row.get("dynamic", ""))
            and not flag(row.get("disabled", ""))
        }
        return ours, others

    async def ensure(self, addresses: frozenset[str], report: StepReporter) -> bool:
        """Lists exactly these addresses for the user; True when anything had to be written."""
        ours, others = await self.read(addresses)
        asleep = [
            row for address, row in ours.items() if address in addresses and flag(row.get("disabled", ""))
        ]
        missing = addresses - ours.keys() - others.keys()
        stale = [row for address, row in ours.items() if address not in addresses]
        if not (asleep or missing or stale):
            await report(RouterStep(name="address-list", state="confirmed", detail=words(addresses)))
            return False
        await report(RouterStep(name="address-list", state="intended", detail=words(addresses)))
        for row in asleep:
            await self._dialogue.set(MENU, row[".id"], {"disabled": "no"})
        for address in sorted(missing):
            await listed_as(self._dialogue, self._list, self._username, address)
        for row in stale:
            await self._dialogue.remove(MENU, row[".id"])
        await report(RouterStep(name="address-list", state="sent", detail=words(addresses)))
        await self._confirm(addresses)
        await report(RouterStep(name="address-list", state="confirmed", detail=words(addresses)))
        return True

    async def _confirm(self, addresses: frozenset[str]) -> None:
        ours, others = await self.read(addresses)
        awake = {address for address, row in ours.items() if not flag(row.get("disabled", ""))}
        if awake - addresses or addresses - awake - others.keys():
            raise RouterError(
                "ROUTER_READBACK_DIFFERS",
                f"the address list {self._list} was written but holds {words(awake | others.keys())}, "
                f"not {words(addresses)}",
                sent=True,
            )


async def listed_as(dialogue: Dialogue, list_name: str, username: str, address: str) -> None:
    """Adds an entry of ours for a user."""
    try:
        await dialogue.add(MENU, {"list": list_name, "address": address, "comment": mark(username)})
    except RouterError as error:
        if error.code != "ROUTER_ITEM_EXISTS":  # somebody else's entry came first: it serves as well
            raise


async def read_entries(dialogue: Dialogue, list_name: str, usernames: Sequence[str]) -> dict[str, list[Row]]:
    """Our entries for each of these users."""
    found: dict[str, list[Row]] = {username: [] for username in usernames}
    if usernames:
        marks = {mark(username): username for username in usernames}
        query = [f"?list={list_name}", *any_of("comment", marks), "?#&"]
        for row in await dialogue.rows(MENU, _FIELDS, *query):
            if row.get("comment") in marks:
                found[marks[row["comment"]]].append(row)
    return found


async def read_others(dialogue: Dialogue, list_name: str, addresses: Collection[str]) -> set[str]:
    """Those of these addresses that are on the list, by whomever."""
    if not addresses:
        return set()
    query = [f"?list={list_name}", *any_of("address", addresses), "?#&"]
    return {row.get("address", "") for row in await dialogue.rows(MENU, _FIELDS, *query)}


def words(addresses: Iterable[str]) -> str:
    return ", ".join(sorted(addresses)) or "no address"
