"""What a caller is told where the connection to a router fails; `sent` says whether the router may have heard the command."""

from dataclasses import dataclass

from librouteros.exceptions import ConnectionClosed  # type: ignore[import-untyped]  # librouteros has no py.typed

from adapters.routeros.charset import Charset
from adapters.routeros.lanes import Job
from adapters.routeros.wire import FatalReply
from domain.router_ports import RouterError


@dataclass(frozen=True, slots=True)
class Failure:
    """The last error of a connection."""

    code: str
    message: str


def closed(address: str, *, sent: bool = False) -> RouterError:
    """Nobody wants the connection any more."""
    return RouterError("ROUTER_CLOSED", f"the connection to {address} was closed here", sent=sent)


def lost(address: str, reason: str, command: str = "") -> RouterError:
    """The connection broke, in the middle of a command where one is named."""
    return RouterError(
        "ROUTER_CONNECTION_LOST",
        f"the connection to {address} broke: {reason}",
        sent=bool(command),
        words=reason,
        command=command,
    )


def broken(address: str, charset: Charset, error: Exception, command: str) -> RouterError:
    """What was raised while a command waited for its answer."""
    if isinstance(error, TimeoutError):
        return RouterError(
            "ROUTER_TIMEOUT",
            f"{address} did not answer {command} in time; the connection is made anew",
            sent=True,
            command=command,
        )
    words = charset.decode(str(error).encode("latin-1", "replace").decode("latin-1"))
    if isinstance(error, FatalReply | ConnectionClosed | OSError):
        return lost(address, words, command)
    return RouterError(
        "ROUTER_BAD_REPLY",
        f"{address} answered {command} with what is no answer: {words or type(error).__name__}",
        sent=True,
        command=command,
    )


def overdue(address: str, job: Job, deadline_s: float) -> RouterError:
    """The time of a command ran out, at the router or in the queue."""
    if job.sent:
        message = f"{address} did not answer {job.command} within {deadline_s:.3g} s"
    else:
        message = (
            f"{job.command} waited {deadline_s:.3g} s behind other commands for {address}; it was not sent"
        )
    return RouterError("ROUTER_TIMEOUT", message, sent=job.sent, command=job.command)


def unreached(address: str, job: Job, deadline_s: float, last: Failure | None) -> RouterError:
    """The time of a command ran out before there was a connection."""
    reason = last.message if last else "still connecting"
    return RouterError(
        "ROUTER_UNREACHABLE",
        f"{address} was not reached within {deadline_s:.3g} s: {reason}",
        command=job.command,
    )


def circuit_open(address: str, last: Failure | None, failures: int) -> RouterError:
    """It failed too often in a row to be asked now."""
    reason = last.message if last else "it failed again and again"
    return RouterError(
        "ROUTER_CIRCUIT_OPEN",
        f"{address} is not asked at present: {reason}",
        cause=last.code if last else "",
        failures=failures,
    )
