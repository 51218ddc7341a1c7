"""One API session: login, commands, tags, listening, and the faults that strike its answers."""

import asyncio
import secrets
from collections.abc import Iterable
from hashlib import md5

from lab.routeros.faults import Fault
from lab.routeros.router import Command, SimulatedRouter
from lab.routeros.sentence import FramingError, SentenceDecoder, encode_sentence
from lab.routeros.table import Row, Table
from lab.routeros.trap import Fatal, Trap

INTERRUPTED = Trap("interrupted", category=2)


class ApiSession:
    """Serves a client until either side ends it. Commands run side by side, as on a router; tags tell answers apart."""

    def __init__(
        self, router: SimulatedRouter, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._router = router
        self._reader = reader
        self._writer = writer
        self._user = ""
        self._challenge = b""
        self._mute = False
        self._running: dict[asyncio.Task[None], Command] = {}
        self._peer = writer.get_extra_info("peername")[0]
        self._kind = "api-ssl" if writer.get_extra_info("ssl_object") else "api"

    async def run(self) -> None:
        decoder = SentenceDecoder()
        try:
            while data := await self._reader.read(65_536):
                for words in decoder.feed(data):
                    await self._serve([word.decode("latin-1") for word in words])
                await self._writer.drain()
        except Fatal as fatal:
            self._write([["!fatal", fatal.reason]])
        except (FramingError, OSError):
            pass
        finally:
            self._end()

    def abort(self) -> None:
        """Breaks the connection at once."""
        self._writer.transport.abort()

    def _end(self) -> None:
        for task in self._running:
            task.cancel()
        if self._user:
            self._router.note(
                "system,info,account", f"user {self._user} logged out from {self._peer} via {self._kind}"
            )
        self._writer.close()

    async def _serve(self, words: list[str]) -> None:
        if self._mute:
            return
        command = Command.parse(words)
        if not self._user and words[0] != "/login":
            raise Fatal("not logged in")
        fault = self._router.faults.strike(words[0])
        if fault is None and not self._lasts(command):
            self._answer(command, self._carry_out(command))
            return
        task = asyncio.create_task(self._strike(command, fault) if fault else self._follow(command))
        self._running[task] = command
        task.add_done_callback(lambda done: self._running.pop(done, None))

    def _lasts(self, command: Command) -> bool:
        return command.verb == "listen" or (
            command.verb == "monitor-traffic" and "once" not in command.arguments
        )

    def _carry_out(self, command: Command) -> list[list[str]]:
        """The sentences that answer a command; raises Fatal."""
        try:
            match (command.path, command.verb):
                case ("", "login"):
                    return self._login(command)
                case ("", "cancel"):
                    self._cancel(command.arguments.get("tag", ""))
                    return [["!done"]]
                case ("", "quit"):
                    raise Fatal("session terminated on request")
                case ("/system", "reboot"):
                    self._router.reboot(2.0)
                    return [["!done"]]
            reply = self._router.execute(command, self._user)
        except Trap as trap:
            return [*trap.sentences(), ["!done"]]
        sentences = [_re(row) for row in reply.rows]
        if (
            not sentences
            and command.verb in ("print", "getall")
            and reply.ret is None
            and self._router.release.says_empty
        ):
            sentences.append(["!empty"])
        sentences.append(["!done"] if reply.ret is None else ["!done", f"=ret={reply.ret}"])
        return sentences

    def _login(self, command: Command) -> list[list[str]]:
        name, arguments = command.arguments.get("name", ""), command.arguments
        user = self._router.users.find(name=name)
        plain = self._router.release.plain_login
        if "response" not in arguments and not (plain and "name" in arguments):
            self._challenge = secrets.token_bytes(16)
            return [["!done", f"=ret={self._challenge.hex()}"]]
        if plain:
            accepted = (
                user is not None and "password" in arguments and user["password"] == arguments["password"]
            )
        else:
            accepted = user is not None and arguments["response"] == self._expected(user["password"])
        if not accepted:
            self._router.note(
                "system,error,critical", f"login failure for user {name} from {self._peer} via {self._kind}"
            )
            raise Trap(self._router.release.login_refusal())
        self._user = name
        self._router.note("system,info,account", f"user {name} logged in from {self._peer} via {self._kind}")
        return [["!done"]]

    def _expected(self, password: str) -> str:
        digest = md5(b"\0" + password.encode("latin-1") + self._challenge, usedforsecurity=False)
        return f"00{digest.hexdigest()}"

    def _cancel(self, tag: str) -> None:
        for task, command in list(self._running.items()):
            if not tag or command.tag == tag:
                task.cancel()
                self._answer(command, [*INTERRUPTED.sentences(), ["!done"]])

    async def _follow(self, command: Command) -> None:
        """A command that goes on until it is cancelled."""
        if command.verb == "listen":
            await self._listen(command)
        while True:
            try:
                rows = self._router.traffic.monitor(command.arguments.get("interface", ""))
            except Trap as trap:
                self._answer(command, [*trap.sentences(), ["!done"]])
                return
            self._answer(command, [_re(row) for row in rows])
            await asyncio.sleep(float(command.arguments.get("interval", "1").rstrip("s") or 1))

    async def _listen(self, command: Command) -> None:
        menu = self._router.menus.get(command.path)
        if not isinstance(menu, Table):
            self._answer(command, [*Trap("no such command", category=0).sentences(), ["!done"]])
            return

        def tell(row: Row, gone: bool) -> None:
            self._answer(command, [_re({**row, ".dead": "true"} if gone else row)])

        menu.watchers.add(tell)
        try:
            await asyncio.Event().wait()
        finally:
            menu.watchers.discard(tell)

    async def _strike(self, command: Command, fault: Fault) -> None:
        """Answers a command in the way that the fault has it."""
        try:
            await self._answer_badly(command, fault)
        except Fatal as fatal:
            self._write([["!fatal", fatal.reason]])
            self._writer.close()

    async def _answer_badly(self, command: Command, fault: Fault) -> None:
        match fault.kind:
            case "hang":
                self._mute = True
            case "drop_before":
                self.abort()
            case "reject":
                self._answer(command, [*Trap(fault.message, category=fault.category).sentences(), ["!done"]])
            case "fatal":
                raise Fatal(fault.message)
            case "slow":
                await asyncio.sleep(fault.delay_s)
                self._answer(command, self._carry_out(command))
            case "drop_after":
                self._carry_out(command)
                self.abort()
            case "trickle":
                await self._trickle(self._encode(command, self._carry_out(command)), fault.delay_s)
            case "half_sentence" | "drop_mid_sentence":
                await self._cut_off(self._encode(command, self._carry_out(command)[:1]), fault)

    async def _cut_off(self, answer: bytes, fault: Fault) -> None:
        self._mute = True
        self._writer.write(answer[: max(1, len(answer) // 2)])
        await self._writer.drain()
        if fault.kind == "drop_mid_sentence":
            self._writer.close()

    async def _trickle(self, answer: bytes, duration_s: float) -> None:
        step = max(1, len(answer) // 50)
        for start in range(0, len(answer), step):
            self._writer.write(answer[start : start + step])
            await asyncio.sleep(duration_s * step / len(answer))

    def _answer(self, command: Command, sentences: Iterable[list[str]]) -> None:
        self._writer.write(self._encode(command, sentences))

    def _encode(self, command: Command, sentences: Iterable[list[str]]) -> bytes:
        tag = [f".tag={command.tag}"] if command.tag else []
        return b"".join(
            encode_sentence(word.encode("latin-1") for word in [*sentence, *tag]) for sentence in sentences
        )

    def _write(self, sentences: Iterable[list[str]]) -> None:
        self._writer.write(
            b"".join(encode_sentence(word.encode("latin-1") for word in sentence) for sentence in sentences)
        )


def _re(row: Row) -> list[str]:
    return ["!re", *(f"={name}={value}" for name, value in row.items())]
