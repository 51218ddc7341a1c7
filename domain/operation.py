"""An operation: one intent to act on the network, from request to outcome, with an attempt number as its fence."""

from collections.abc import Sequence
from typing import Any, ClassVar, Literal

import msgspec

from domain.aggregate import Aggregate
from domain.errors import NotFound, Refused
from domain.event import About, Command, Event, one_line

OperationState = Literal[
    "absent", "requested", "running", "succeeded", "failed", "cancelled", "outcome_unknown"
]
REBUILD = "rebuild"
"""The kind of operation that builds a read model anew; `params["projection"]` names it."""
ENDED = frozenset({"succeeded", "failed", "cancelled"})


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    state: OperationState = "absent"
    kind: str = ""
    device_id: str = ""
    customer_id: str = ""
    params: dict[str, Any] = {}
    attempt: int = 0
    cancelling: bool = False
    held: bool = False
    """Nobody starts it until it is released."""


class RequestOperation(Command, frozen=True):
    kind: str
    params: dict[str, Any] = {}
    device_id: str = ""
    customer_id: str = ""
    held: bool = False
    """Whether it waits for its release, such as for the wave of a bulk operation that it belongs to."""


class ReleaseOperation(Command, frozen=True):
    """What was held may begin."""


class StartOperation(Command, frozen=True):
    """Takes the operation; `attempt` must be the next one, so that of two workers only one gets it."""

    attempt: int
    worker: str


class SucceedOperation(Command, frozen=True):
    attempt: int
    result: dict[str, Any] = {}


class FailOperation(Command, frozen=True):
    attempt: int
    code: str
    message: str
    result: dict[str, Any] = {}


class CancelOperation(Command, frozen=True):
    """Asks for an end: at once where nothing runs yet, else the worker stops at its next step."""


class DropOperation(Command, frozen=True):
    """Cancels one that belongs to another which was cancelled; one that has ended stays as it is."""


class StopOperation(Command, frozen=True):
    """The worker's word that it stopped because a cancellation was asked for."""

    attempt: int
    result: dict[str, Any] = {}


class HoldOperation(Command, frozen=True):
    """Changes nothing. Appended along with what a worker does, it refuses all of that once another has taken over."""

    attempt: int


class LoseOutcome(Command, frozen=True):
    """The device went silent between sending and confirming: nobody knows yet."""

    attempt: int
    message: str


class OperationRequested(Event, frozen=True):
    topic: ClassVar[str] = "operation.requested.v1"
    inverse: ClassVar[type[Command] | str] = CancelOperation
    kind: str
    params: dict[str, Any] = {}
    device_id: str = ""
    customer_id: str = ""
    held: bool = False

    def summary(self) -> str:
        return one_line(f"{self.kind} requested{', to begin when it is released' if self.held else ''}")

    def undo(self) -> Command:
        return CancelOperation()


class OperationReleased(Event, frozen=True):
    topic: ClassVar[str] = "operation.released.v1"
    inverse: ClassVar[type[Command] | str] = "it may have begun already; cancel the operation to end it"
    kind: str = ""

    def summary(self) -> str:
        return one_line(f"{self.kind or 'operation'} released")


class OperationStarted(Event, frozen=True):
    topic: ClassVar[str] = "operation.started.v1"
    inverse: ClassVar[type[Command] | str] = "an attempt was made; cancel the operation to end it"
    attempt: int
    worker: str
    kind: str = ""

    def summary(self) -> str:
        return one_line(f"{self.kind or 'operation'} started, attempt {self.attempt}, by {self.worker}")


class OperationSucceeded(Event, frozen=True):
    topic: ClassVar[str] = "operation.succeeded.v1"
    inverse: ClassVar[type[Command] | str] = "revert what the operation changed, not its success"
    attempt: int
    result: dict[str, Any] = {}
    kind: str = ""

    def summary(self) -> str:
        failed = self.result.get("failed")
        told = f", {failed} of {self.result.get('total')} failed" if failed else ""
        return one_line(f"{self.kind or 'operation'} succeeded{told}")


class OperationFailed(Event, frozen=True):
    topic: ClassVar[str] = "operation.failed.v1"
    inverse: ClassVar[type[Command] | str] = "a failure changed nothing; request the operation again"
    attempt: int
    code: str
    message: str
    result: dict[str, Any] = {}
    kind: str = ""

    def summary(self) -> str:
        return one_line(f"{self.kind or 'operation'} failed: {self.message}")


class OperationCancelRequested(Event, frozen=True):
    topic: ClassVar[str] = "operation.cancel_requested.v1"
    inverse: ClassVar[type[Command] | str] = (
        "the worker may have stopped already; request the operation again"
    )
    kind: str = ""

    def summary(self) -> str:
        return one_line(f"cancellation of {self.kind or 'operation'} requested")


class OperationCancelled(Event, frozen=True):
    topic: ClassVar[str] = "operation.cancelled.v1"
    inverse: ClassVar[type[Command] | str] = "request the operation again"
    result: dict[str, Any] = {}
    kind: str = ""

    def summary(self) -> str:
        return one_line(f"{self.kind or 'operation'} cancelled")


class OperationOutcomeUnknown(Event, frozen=True):
    topic: ClassVar[str] = "operation.outcome_unknown.v1"
    inverse: ClassVar[type[Command] | str] = "the outcome is found out when the device is back"
    attempt: int
    message: str
    kind: str = ""

    def summary(self) -> str:
        return one_line(f"outcome of {self.kind or 'operation'} unknown: {self.message}")


_OUTCOMES: dict[type[Command], OperationState] = {
    SucceedOperation: "succeeded",
    FailOperation: "failed",
    StopOperation: "cancelled",
    LoseOutcome: "outcome_unknown",
}


def decide(state: Operation, command: Command) -> Sequence[Event]:
    match command:
        case RequestOperation():
            if state.state != "absent":
                raise Refused("this operation was already requested", code="OPERATION_EXISTS")
            return [
                OperationRequested(
                    kind=command.kind,
                    params=command.params,
                    device_id=command.device_id,
                    customer_id=command.customer_id,
                    held=command.held,
                )
            ]
        case _ if state.state == "absent":
            raise NotFound("no such operation", code="OPERATION_NOT_FOUND")
        case StartOperation():
            return _start(state, command)
        case ReleaseOperation():
            return [OperationReleased(kind=state.kind)] if state.held and state.state == "requested" else []
        case HoldOperation():
            _holds(state, command.attempt)
            return []
        case SucceedOperation() | FailOperation() | StopOperation() | LoseOutcome() if _said(state, command):
            return []
        case SucceedOperation():
            _holds(state, command.attempt)
            return [OperationSucceeded(attempt=command.attempt, result=command.result, kind=state.kind)]
        case FailOperation():
            _holds(state, command.attempt)
            return [
                OperationFailed(
                    attempt=command.attempt,
                    code=command.code,
                    message=command.message,
                    result=command.result,
                    kind=state.kind,
                )
            ]
        case DropOperation() if state.state in ENDED:
            return []
        case CancelOperation() | DropOperation():
            return _cancel(state)
        case StopOperation():
            _holds(state, command.attempt)
            return [OperationCancelled(result=command.result, kind=state.kind)]
        case LoseOutcome():
            _holds(state, command.attempt)
            return [
                OperationOutcomeUnknown(attempt=command.attempt, message=command.message, kind=state.kind)
            ]
        case _:
            raise TypeError(f"an operation knows no {type(command).__name__}")


def _start(state: Operation, command: StartOperation) -> Sequence[Event]:
    if state.state in ENDED:
        raise Refused(f"the operation is {state.state}", code="OPERATION_ENDED")
    if state.held:
        raise Refused("the operation waits for its release", code="OPERATION_HELD")
    if command.attempt != state.attempt + 1:
        raise Refused(f"attempt {state.attempt + 1} is next", code="OPERATION_FENCED")
    return [OperationStarted(attempt=command.attempt, worker=command.worker, kind=state.kind)]


def _said(state: Operation, command: SucceedOperation | FailOperation | StopOperation | LoseOutcome) -> bool:
    """Whether this attempt told this outcome already, as a worker does again that did not hear the answer."""
    return state.attempt == command.attempt and state.state == _OUTCOMES[type(command)]


def _holds(state: Operation, attempt: int) -> None:
    """Refuses a worker whose attempt is no longer the current one: another has taken over."""
    if state.state != "running" or state.attempt != attempt:
        raise Refused(
            f"attempt {attempt} no longer holds the operation ({state.state}, attempt {state.attempt})",
            code="OPERATION_FENCED",
        )


def _cancel(state: Operation) -> Sequence[Event]:
    if state.state == "cancelled":
        return []
    if state.state in ENDED:
        raise Refused(f"the operation is {state.state} already", code="OPERATION_ENDED")
    if state.cancelling:
        return []
    if state.state == "requested":
        return [OperationCancelled(kind=state.kind)]
    return [OperationCancelRequested(kind=state.kind)]


def evolve(state: Operation, event: Event) -> Operation:
    match event:
        case OperationRequested():
            return Operation(
                state="requested",
                kind=event.kind,
                params=event.params,
                device_id=event.device_id,
                customer_id=event.customer_id,
                held=event.held,
            )
        case OperationReleased():
            return msgspec.structs.replace(state, held=False)
        case OperationStarted():
            return msgspec.structs.replace(state, state="running", attempt=event.attempt)
        case OperationSucceeded():
            return msgspec.structs.replace(state, state="succeeded")
        case OperationFailed():
            return msgspec.structs.replace(state, state="failed")
        case OperationCancelRequested():
            return msgspec.structs.replace(state, cancelling=True)
        case OperationCancelled():
            return msgspec.structs.replace(state, state="cancelled")
        case OperationOutcomeUnknown():
            return msgspec.structs.replace(state, state="outcome_unknown")
        case _:
            return state


def about(state: Operation, operation_id: str) -> About:
    return About(device_id=state.device_id, customer_id=state.customer_id, operation_id=operation_id)


OPERATION = Aggregate(
    name="operation",
    initial=Operation(),
    decide=decide,
    evolve=evolve,
    events=(
        OperationRequested,
        OperationReleased,
        OperationStarted,
        OperationSucceeded,
        OperationFailed,
        OperationCancelRequested,
        OperationCancelled,
        OperationOutcomeUnknown,
    ),
    about=about,
)
