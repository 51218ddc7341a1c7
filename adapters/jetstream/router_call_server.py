"""Answers calls to the routers whose connections this process owns, on `router.<id>.call`."""

import asyncio
from typing import Any

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError

from adapters.jetstream.router_wire import (
    ARGUMENTS,
    LARGEST,
    RESULTS,
    Answer,
    Call,
    CallFailure,
    Seal,
    Unsealed,
    subject_of,
)
from domain.errors import DomainError
from domain.router_isolation import RouterStep, StepReporter
from domain.router_ports import RouterError

_STEP_S = 10.0


class RouterCallServer:
    """Answers calls for the routers that this process owns."""

    def __init__(self, client: Client, key: bytes) -> None:
        self._client = client
        self._seal = Seal(key)
        self._subscriptions: dict[str, Subscription] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def serve(self, router_id: str, router: Any) -> None:
        """`router` has the methods of RouterCommands, and `reset` and `sync`."""
        await self.stop(router_id)
        subject = subject_of(router_id)

        async def heard(message: Msg) -> None:
            task = asyncio.create_task(self._answer(message, subject, router))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

        self._subscriptions[router_id] = await self._client.subscribe(subject, cb=heard)

    async def stop(self, router_id: str) -> None:
        subscription = self._subscriptions.pop(router_id, None)
        if subscription is not None:
            try:
                await subscription.unsubscribe()
            except (NatsError, OSError):
                return  # NATS is away: nothing arrives from there either

    async def close(self) -> None:
        for router_id in list(self._subscriptions):
            await self.stop(router_id)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, message: Msg, subject: str, router: Any) -> None:
        try:
            call = self._seal.open(message.data, subject, Call)
        except Unsealed:
            return  # whoever sent it gets no answer
        try:
            answer = Answer(await self._carried_out(call, router))
        except DomainError as error:
            details = msgspec.to_builtins(error.details)
            answer = Answer(
                failure=CallFailure(error.code, error.message, details, getattr(error, "sent", False))
            )
        reply = self._seal.seal(answer, subject)
        if len(reply) > LARGEST:
            large = CallFailure("ROUTER_BAD_REPLY", f"the answer to {call.verb} is too large to be passed on")
            reply = self._seal.seal(Answer(failure=large), subject)
        try:
            await message.respond(reply)
        except (NatsError, OSError):
            return  # the caller's deadline tells it that nobody knows what came of it

    async def _carried_out(self, call: Call, router: Any) -> Any:
        if call.verb not in RESULTS:
            raise RouterError("ROUTER_NOT_OWNED", f"this release knows no call {call.verb}")
        try:
            arguments = {
                name: msgspec.convert(value, ARGUMENTS[name]) for name, value in call.arguments.items()
            }
        except (KeyError, msgspec.ValidationError) as error:
            raise RouterError("ROUTER_ARGUMENT_REFUSED", f"{call.verb}: {error}") from None
        if call.steps:
            arguments["report"] = self._reporter(call.steps)
        return await getattr(router, call.verb)(**arguments)

    def _reporter(self, subject: str) -> StepReporter:
        async def report(step: RouterStep) -> None:
            """Returns when the caller has kept the step; nothing is written for a caller that is gone."""
            try:
                reply = await self._client.request(subject, self._seal.seal(step, subject), timeout=_STEP_S)
            except (NatsError, TimeoutError, OSError):
                raise RouterError(
                    "ROUTER_CLOSED", "who asked for this is gone; nothing more is done", sent=True
                ) from None
            if reply.data != b"+":
                raise RouterError("ROUTER_CLOSED", "who asked for this takes it back", sent=True)

        return report
