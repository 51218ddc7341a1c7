"""Positions in headers: commands answer with the one they reached, reads wait for the one they ask for."""

from typing import Any

from litestar import Request

from domain.errors import Invalid, Unavailable
from domain.ports import PositionWatch

HEADER = "X-Ledger-Position"
WAIT_S = 5.0
LEDGER = "ledger"
"""Stands for the ledger itself where a route names what it reads."""


async def wait_for_asked_position(request: Request[Any, Any, Any], watch: PositionWatch) -> None:
    """Honours the header on reads: routes name the read models they use in `opt["reads"]`."""
    asked = request.headers.get(HEADER)
    if asked is None or request.method != "GET":
        return
    if not (asked.isascii() and asked.isdecimal()) or len(asked) > 18:
        raise Invalid(f"{HEADER} must be a position, a whole number", field=HEADER)
    for name in request.route_handler.opt.get("reads", (LEDGER,)):
        if not await seen(watch, name, int(asked)):
            raise Unavailable(
                f"position {asked} has not been reached yet; try again",
                code="POSITION_NOT_REACHED",
                position=_reached(watch),
            )


async def seen(watch: PositionWatch, name: str, position: int) -> bool:
    """Whether a read model, or the ledger, reached the position within the time that a request waits."""
    if name == LEDGER:
        return await watch.wait_for_ledger(position, WAIT_S)
    return await watch.wait_for_projection(name, position, WAIT_S)


def _reached(watch: PositionWatch) -> int:
    return watch.ledger_position()
