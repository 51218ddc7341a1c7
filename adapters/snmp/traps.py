"""Reads traps and informs of all versions of SNMP from datagrams; answers informs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from adapters.snmp.ber import BerError
from adapters.snmp.trap_message import read_trap, version_of
from adapters.snmp.trap_v3 import V3Traps
from domain.access import SnmpV3Access
from domain.traps import Trap

Address = tuple[Any, ...]
Heard = Callable[[Trap, Address], None]
Send = Callable[[bytes, Address], None]
_LOOK_S = 10.0
_AGAIN_S = 1.0
MALFORMED = "no SNMP trap or inform"
log = structlog.get_logger(__name__)


class SnmpTraps:
    """`users` are asked for now and then; v3 messages of others are dropped."""

    def __init__(self, users: Callable[[], Awaitable[Sequence[SnmpV3Access]]]) -> None:
        self._users = users
        self._known: Sequence[SnmpV3Access] | None = None
        self._v3: V3Traps | None = None
        self._heard: Heard | None = None
        self._send: Send | None = None

    async def keep_users(self) -> None:
        """For ever."""
        while True:
            try:
                known = list(await self._users())
                if known != self._known:
                    self._known = known
                    if self._v3 is not None:
                        self._v3.close()
                    self._v3 = V3Traps(known, self._answer, self._tell) if known else None
            except Exception as error:
                log.warning("users of traps not known", error=repr(error))
                await asyncio.sleep(_AGAIN_S)
            else:
                await asyncio.sleep(_LOOK_S)

    def feed(self, datagram: bytes, address: Address, heard: Heard, send: Send) -> str:
        """Why it was dropped, or nothing; whatever the datagram holds, nothing is raised."""
        try:
            if version_of(datagram) == 3:
                self._heard, self._send = heard, send
                if self._v3 is None:
                    return "no credential is for SNMPv3"
                return self._v3.feed(datagram, address)
            trap, answer = read_trap(datagram)
        except BerError:
            return MALFORMED
        except Exception as error:  # pysnmp fails in many ways at what is malformed inside
            log.debug("trap not read", error=repr(error))
            return MALFORMED
        heard(trap, address)
        if answer is not None:
            send(answer, address)
        return ""

    def _tell(self, trap: Trap, address: Address) -> None:
        if self._heard is not None:
            self._heard(trap, address)

    def _answer(self, answer: bytes, address: Address) -> None:
        if self._send is not None:
            self._send(answer, address)
