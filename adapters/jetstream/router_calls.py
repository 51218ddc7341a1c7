"""Calls to routers over NATS: whoever owns a router's connection answers."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

import msgspec
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError

from adapters.jetstream.remote_router import RemoteRouter
from adapters.jetstream.router_wire import RESULTS, Answer, Call, Seal, Unsealed, subject_of
from domain.router_isolation import RouterStep, StepReporter
from domain.router_ownership import RouterCommands
from domain.router_ports import RouterError

_GRACE_S = 2.0
"""An owner answers within the call's own deadline; what comes later than this is lost."""


class NatsRouterCalls:
    """Satisfies RouterCalls. What `local` finds in this process is called without a detour."""

    def __init__(
        self,
        client: Callable[[], Awaitable[Client]],
        key: bytes,
        local: Callable[[str], Any] = lambda _: None,
    ) -> None:
        self._client = client
        self._seal = Seal(key)
        self._local = local

    def router(self, router_id: str) -> RouterCommands:
        return self._local(router_id) or RemoteRouter(self._call, router_id)

    async def reset(self, router_id: str) -> None:
        await self._plain(router_id, "reset", 5.0)

    async def sync(self, router_id: str) -> None:
        await self._plain(router_id, "sync", 120.0)

    async def _plain(self, router_id: str, verb: str, deadline_s: float) -> None:
        local = self._local(router_id)
        if local is not None:
            await getattr(local, verb)()
        else:
            await self._call(router_id, verb, {}, deadline_s=deadline_s)

    async def _call(
        self,
        router_id: str,
        verb: str,
        arguments: Mapping[str, Any],
        *,
        deadline_s: float,
        report: StepReporter | None = None,
    ) -> Any:
        try:
            client = await self._client()
        except (NatsError, TimeoutError, OSError) as error:
            raise RouterError("ROUTER_NOT_OWNED", f"NATS is not reachable: {error!r}") from None
        subject = subject_of(router_id)
        steps = f"_INBOX.router.{uuid4().hex}" if report is not None else ""
        raised: list[Exception] = []
        subscription = None
        if report is not None:
            subscription = await client.subscribe(steps, cb=self._step_taker(steps, report, raised))
        try:
            reply = await client.request(
                subject,
                self._seal.seal(Call(verb, dict(arguments), steps), subject),
                timeout=deadline_s + _GRACE_S,
            )
            answer = self._seal.open(reply.data, subject, Answer)
        except NoRespondersError:
            raise RouterError(
                "ROUTER_NOT_OWNED",
                "no worker cares for this router at present; does one run with the service routers?",
            ) from None
        except TimeoutError:
            raise RouterError(
                "ROUTER_TIMEOUT", f"the router's owner did not answer {verb} in time", sent=True, command=verb
            ) from None
        except (NatsError, OSError, Unsealed) as error:
            raise RouterError(
                "ROUTER_CONNECTION_LOST", f"NATS failed during {verb}: {error!r}", sent=True, command=verb
            ) from None
        finally:
            if subscription is not None:
                await _ended(subscription)
        if raised:
            raise raised[0]
        if answer.failure is not None:
            failure = answer.failure
            details = {name: value for name, value in failure.details.items() if name != "sent"}
            raise RouterError(failure.code, failure.message, sent=failure.sent, **details)  # type: ignore[arg-type]  # the owner's own code
        kind = RESULTS[verb]
        return None if kind is None else msgspec.convert(answer.result, kind)

    def _step_taker(
        self, subject: str, report: StepReporter, raised: list[Exception]
    ) -> Callable[[Msg], Awaitable[None]]:
        async def heard(message: Msg) -> None:
            try:
                step = self._seal.open(message.data, subject, RouterStep)
            except Unsealed:
                return
            try:
                await report(step)
            except Exception as error:
                raised.append(error)
                await message.respond(b"-")
            else:
                await message.respond(b"+")

        return heard


async def _ended(subscription: Subscription) -> None:
    try:
        await subscription.unsubscribe()
    except (NatsError, OSError):
        return
