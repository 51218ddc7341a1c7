"""A Linux host as a device: its configuration is files, read and written whole, and brought back by a process on the host."""

import binascii
from base64 import b64decode
from contextlib import AbstractAsyncContextManager

from adapters.ssh.drivers.linux import (
    FILES,
    UNDO,
    arm_script,
    forget_script,
    keep_script,
    read_script,
    undo_script,
    write_script,
)
from adapters.ssh.transport import Transport, connected
from domain.config_dialects.linux import END
from domain.config_files import ConfigFile, files, render
from domain.config_mask import mask
from domain.config_plan import ConfigPlan, plan, unmet
from domain.config_ports import (
    ChangeOutcome,
    ChangeState,
    ConfigChange,
    ConfigError,
    ConfigStep,
    ConfigTarget,
    RejectedLine,
    RunningConfig,
    StepReporter,
)

LARGEST = 64 * 1024 * 1024
UNDONE_BY = "a process on the host that puts the files back"


class LinuxDevice:
    """One host. `paths` are the files that make its configuration, as patterns of the shell."""

    def __init__(self, target: ConfigTarget, *, paths: tuple[str, ...] = FILES, undo: str = UNDO) -> None:
        self._target = target
        self._paths = paths
        self._undo = undo
        self.sent = False

    async def read(self) -> RunningConfig:
        """All files that the account may read; those that it may not are named at the top."""
        async with self._connected() as host:
            return RunningConfig(platform="linux", text=await self._read(host), seen=host.seen)

    async def apply(self, change: ConfigChange, report: StepReporter) -> ChangeOutcome:
        """As the port says. What an earlier attempt left half done is taken back first."""
        async with self._connected() as host:
            running = await self._read(host)
            wanted = plan("linux", change.kind, running, change.text)
            before = running if change.before is None else change.before
            if not wanted.lines:
                self.sent = True
                await self._must(host, forget_script(self._undo))
                return self._outcome(host, change, wanted, before, running)
            await self._must(host, undo_script(self._undo))
            running = await self._read(host)
            wanted = plan("linux", change.kind, running, change.text)
            new = files_of(wanted)
            await report(
                ConfigStep(name="configuration", state="intended", detail=f"{len(new)} files", before=before)
            )
            if rejected := await self._write(host, new, change.confirm_within_s):
                await self._must(host, undo_script(self._undo))
                after = await self._read(host)
                return self._outcome(host, change, wanted, before, after, rejected=rejected)
            await report(ConfigStep(name="configuration", state="sent", sent_lines=len(new)))
        async with self._connected() as host:
            if change.confirm_within_s is not None and not await self._holds(host):
                after = await self._read(host)
                return self._outcome(
                    host, change, wanted, before, after, reason="the host took the change back"
                )
            await self._must(host, forget_script(self._undo))
            after = await self._read(host)
            await report(ConfigStep(name="configuration", state="confirmed", sent_lines=len(new)))
            return self._outcome(host, change, wanted, before, after)

    def _connected(self) -> AbstractAsyncContextManager[Transport]:
        return connected(self._target, username=self._target.access.username)

    async def _read(self, host: Transport) -> str:
        status, output, errors = await host.run(read_script(self._paths), largest=LARGEST)
        lines = output.decode(errors="replace").splitlines()
        if status != 0 or not lines or lines[-1] != "end":
            raise ConfigError(
                "CONFIG_INCOMPLETE", f"the list of files came without its end: {_words(errors) or status}"
            )
        remarks = [f"### {line}" for line in lines if line.startswith("unreadable ")]
        found = [
            one for line in lines[:-1] if not line.startswith("unreadable ") for one in _file(line, remarks)
        ]
        return "".join(f"{remark}\n" for remark in remarks) + render(tuple(found))

    async def _write(
        self, host: Transport, new: tuple[ConfigFile, ...], within_s: int | None
    ) -> RejectedLine | None:
        self.sent = True
        scripts = [("keep", keep_script(self._undo, tuple(one.path for one in new)), b"")]
        if within_s is not None:
            scripts.append(("arm", arm_script(self._undo, within_s), b""))
        scripts += [(one.path, write_script(one.path, one.mode), one.content.encode()) for one in new]
        for number, (name, script, content) in enumerate(scripts, 1):
            status, _, errors = await host.run(script, given=content, largest=LARGEST)
            if status != 0:
                return RejectedLine(number=number, line=name, answer=_words(errors))
        return None

    async def _holds(self, host: Transport) -> bool:
        """Whether the change still waits for its confirmation."""
        status, _, _ = await host.run(f"[ -d {self._undo} ]", largest=LARGEST)
        return status == 0

    async def _must(self, host: Transport, script: str) -> None:
        status, _, errors = await host.run(script, largest=LARGEST)
        if status != 0:
            raise ConfigError(
                "SSH_COMMAND_REFUSED",
                f"the host refuses: {_words(errors)}",
                sent=self.sent,
                words=_words(errors),
            )

    def _outcome(
        self,
        host: Transport,
        change: ConfigChange,
        wanted: ConfigPlan,
        before: str,
        after: str,
        *,
        rejected: RejectedLine | None = None,
        reason: str = "",
    ) -> ChangeOutcome:
        missing = () if rejected or reason else unmet("linux", change.kind, after, change.text)
        kept: ChangeState = "unchanged" if before == after else "applied"
        return ChangeOutcome(
            state="rolled_back" if rejected or reason else kept,
            plan=wanted,
            before=before,
            after=after,
            seen=host.seen,
            rejected=rejected,
            reason=reason or (f"rejected: {rejected.line} ({rejected.answer})" if rejected else ""),
            missing=missing,
            confirmed_by=UNDONE_BY if change.confirm_within_s is not None else "",
        )


def files_of(wanted: ConfigPlan) -> tuple[ConfigFile, ...]:
    """The files that a plan writes."""
    return files("".join((*wanted.lines, f"{END}\n")))


def _file(line: str, remarks: list[str]) -> list[ConfigFile]:
    """A file from its line; one that is no text is only remarked on."""
    try:
        path, mode, encoded = line.rsplit(" ", 2)
        if " " in path:
            remarks.append(f"### a blank in the name {path}")
            return []
        return [ConfigFile(path=path, mode=mode.zfill(4), content=b64decode(encoded, validate=True).decode())]
    except UnicodeDecodeError:
        remarks.append(f"### no text {path}")
        return []
    except (ValueError, binascii.Error):
        raise ConfigError("CONFIG_INCOMPLETE", f"a file came damaged: {line[:80]!r}") from None


def _words(errors: bytes) -> str:
    return mask("linux", errors.decode(errors="replace").strip())[-300:]
