"""A whole Netledger for tests: the real application under uvicorn and real workers, on a loop in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Any

import httpx
import uvicorn
from argon2 import PasswordHasher
from websockets.sync.client import ClientConnection, connect

from adapters.vault.master_key import MasterKey
from api.app import create_app
from api.ending import ended
from cli.console import Console, open_console
from cli.prepare import prepare_database
from cli.websocket_texts import WebSocketTexts
from domain.configuration import Configuration
from domain.role import ROLES, Role
from domain.user import USER, user_id
from domain.user_commands import CreateUser
from workers import main as workers

PASSWORD = "correct horse battery staple"
_CHEAP = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD).encode()
PATIENCE_S = 30.0


class Netledger:
    """Started once for many tests. `url` is the API's base."""

    def __init__(
        self, configuration: Configuration, key: MasterKey, *, kinds: Sequence[str] = ("projector",)
    ) -> None:
        self.configuration = configuration
        self.key = key
        self._kinds = kinds
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="netledger under test", daemon=True)
        self._ready = threading.Event()
        self._stopping: asyncio.Event
        self._failure: BaseException | None = None
        self._console: Console
        self.port = 0

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.root}/api/v1"

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(PATIENCE_S), "not ready in time"
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), "did not stop in time"

    def call(self, coroutine: Any) -> Any:
        """Runs a coroutine on the instance's loop and returns its result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(PATIENCE_S)

    @property
    def console(self) -> Console:
        """The ledger behind the API, for what the API itself would take long to do. Its loop is that of `call`."""
        return self._console

    def client(self, token: str = "", **headers: str) -> httpx.Client:
        """Takes no cookies."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        jar = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        # Without certificates, which would take longer to load than a test takes.
        return httpx.Client(base_url=self.url, headers=headers, cookies=jar, timeout=30, verify=False)  # noqa: S501

    def user(self, name: str, role: Role) -> str:
        """Makes a user whose password is cheap to check, where there is none of this name; returns the id."""
        self.call(self._user(name, role))
        return str(user_id(name))

    def login(self, username: str, password: str = PASSWORD) -> str:
        with self.client() as client:
            answer = client.post("/auth/login", json={"username": username, "password": password})
            assert answer.status_code == 200, answer.text
            return str(answer.json()["access_token"])

    @contextlib.contextmanager
    def events(self, token: str, hello: str | None = None, **more: Any) -> Iterator[ClientConnection]:
        """A WebSocket on /events."""
        if token:
            more["additional_headers"] = {"Authorization": f"Bearer {token}"}
        with connect(f"ws://127.0.0.1:{self.port}/api/v1/events", **more) as socket:
            if hello is not None:
                socket.send(hello)
            yield socket

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._failure = error
            self._ready.set()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stopping = asyncio.Event()
        await prepare_database(self.configuration.database_url)
        async with open_console(self.configuration, self.key) as self._console:
            await self._serve_until_stopped()

    async def _serve_until_stopped(self) -> None:
        server = uvicorn.Server(
            uvicorn.Config(
                create_app(self.configuration, self.key),
                host="127.0.0.1",
                port=self.port,
                http="httptools",
                ws=WebSocketTexts,
                log_level="warning",
                access_log=False,
                server_header=False,
                lifespan="on",
                timeout_graceful_shutdown=2,
            )
        )
        with contextlib.suppress(AttributeError):
            server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]  # not the main thread
        working = asyncio.create_task(self._work())
        serving = asyncio.create_task(server.serve())
        try:
            while not server.started:
                assert not serving.done(), "the server ended at once"
                await asyncio.sleep(0.01)
            self.port = server.servers[0].sockets[0].getsockname()[1]
            await self._until_ready()
            for role in ROLES:
                await self._user(role, role)
            self._ready.set()
            await self._stopping.wait()
        finally:
            server.should_exit = True
            await serving
            await ended([working])

    async def _work(self) -> None:
        """Without kinds: somebody else's workers feed the read models."""
        if self._kinds:
            await workers.run(self.configuration, self.key, self._kinds)

    async def _user(self, name: str, role: Role) -> None:
        if (await self._console.bus.state(USER, user_id(name))).state != "absent":
            return
        password_id = await self._console.vault.put(_CHEAP, purpose="password")
        create = CreateUser(username=name, role=role, password_id=password_id)
        outcome = await self._console.bus.execute(USER.to(user_id(name), create), by=self._console.by())
        await self._console.watch.wait_for_projection("accounts", outcome.position, PATIENCE_S)

    async def _until_ready(self) -> None:
        async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient(base_url=self.url) as client:
            while (await client.get("/health/ready")).status_code != 200:  # noqa: ASYNC110  # an outsider's view
                await asyncio.sleep(0.02)


def until(condition: Callable[[], Any], within_s: float = PATIENCE_S) -> Any:
    """The first true answer."""
    waiting = threading.Event()
    deadline = within_s
    while deadline > 0:
        if answer := condition():
            return answer
        waiting.wait(0.02)
        deadline -= 0.02
    raise TimeoutError(f"not within {within_s:.0f} s")


@contextlib.contextmanager
def netledger(
    database_url: str, nats_url: str, data_dir: Path, key: MasterKey, **settings: Any
) -> Iterator[Netledger]:
    """A running instance."""
    kinds = settings.pop("kinds", ("projector",))
    configuration = Configuration(data_dir=data_dir, database_url=database_url, nats_url=nats_url, **settings)
    instance = Netledger(configuration, key, kinds=kinds)
    instance.start()
    try:
        yield instance
    finally:
        instance.stop()
