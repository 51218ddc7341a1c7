"""The listeners of a simulated router: API and API-SSL on its own loopback address."""

import asyncio
import ssl

from lab.routeros.router import SimulatedRouter
from lab.routeros.session import ApiSession


class RouterServer:
    """Listens until stopped. While the router reboots, its ports refuse connections."""

    def __init__(
        self,
        router: SimulatedRouter,
        address: str,
        *,
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        tls_port: int = 0,
    ) -> None:
        self.router = router
        self.address = address
        self.port = port
        self.tls_port = tls_port
        self._tls = tls
        self._listeners: list[asyncio.Server] = []
        self._sessions: dict[ApiSession, asyncio.Task[None]] = {}
        self._rebooting: asyncio.Task[None] | None = None
        router.on_reboot = self._go_down

    @property
    def sessions(self) -> int:
        return len(self._sessions)

    async def start(self) -> None:
        """Raises OSError when a port is taken."""
        plain = await asyncio.start_server(self._serve, self.address, self.port)
        self._listeners.append(plain)
        self.port = plain.sockets[0].getsockname()[1]
        if self._tls is not None:
            sealed = await asyncio.start_server(self._serve, self.address, self.tls_port, ssl=self._tls)
            self._listeners.append(sealed)
            self.tls_port = sealed.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._rebooting is not None:
            self._rebooting.cancel()
        tasks = [*self._sessions.values()]
        self._close()
        if tasks:
            await asyncio.wait(tasks, timeout=2)

    def drop_sessions(self) -> None:
        """Breaks every connection; the router itself stays up."""
        for session in tuple(self._sessions):
            session.abort()

    def _close(self) -> None:
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        self.drop_sessions()

    def _go_down(self, down_s: float) -> None:
        self._close()
        self._rebooting = asyncio.create_task(self._come_back(down_s))

    async def _come_back(self, down_s: float) -> None:
        await asyncio.sleep(down_s)
        self.router.boot()
        await self.start()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        current = asyncio.current_task()
        if current is None or len(self._sessions) >= self.router.release.max_sessions:
            writer.close()
            return
        session = ApiSession(self.router, reader, writer)
        self._sessions[session] = current
        try:
            await session.run()
        finally:
            del self._sessions[session]
