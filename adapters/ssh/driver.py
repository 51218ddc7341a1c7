"""What a driver is made of: the prompts, commands and refusals of one platform's command line, as data."""

import msgspec

from domain.config_ports import ConfigError

SECONDS_PER_MINUTE = 60


class Answer(msgspec.Struct, frozen=True):
    """A question of the device, found at the end of what it wrote, and the key strokes that answer it.

    `{password}` and `{enable}` stand for the secrets of the account.
    """

    question: str
    reply: str = "\n"


class Step(msgspec.Struct, frozen=True):
    """A command. The time within which a change must be confirmed is put in for `{minutes}`, `{seconds}`, `{hms}` (hours,
    minutes, seconds) and `{dhm}` (days, hours, minutes).
    """

    send: str
    answers: tuple[Answer, ...] = ()
    optional: bool = False
    """Whether the device may refuse it."""
    ends: bool = False
    """Whether the connection may be gone after it, since the device restarts."""
    raw: bool = False
    """Key strokes instead of a line, such as control characters."""


class Enable(msgspec.Struct, frozen=True):
    """How to get from the prompt after login to one that may read and write."""

    when: str
    send: str
    question: str = ""
    until: str = r"#\s*$"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One way to change a device, with the way back."""

    undone_by: str = ""
    """What brings the device back by itself, in words; empty where nothing does."""
    prepare: tuple[Step, ...] = ()
    arm: tuple[Step, ...] = ()
    """Starts the clock before anything is changed."""
    enter: tuple[Step, ...] = ()
    load: str = ""
    """The command that takes a whole configuration as text, where there is one."""
    load_end: str = ""
    """Key strokes after the text."""
    load_done: str = ""
    """What the device says when it has judged the text."""
    commit: tuple[Step, ...] = ()
    commit_timed: tuple[Step, ...] = ()
    leave: tuple[Step, ...] = ()
    discard: tuple[Step, ...] = ()
    """Takes back what is not committed, in configuration mode, and leaves it."""
    confirm: tuple[Step, ...] = ()
    """Stops the clock; harmless when none runs."""
    undo: tuple[Step, ...] = ()
    """Takes back at once what is in force."""
    forget: tuple[Step, ...] = ()
    """Removes what `prepare` left on the device."""
    timed_only: bool = False
    """Whether this way makes sense with a clock alone."""
    restarts: bool = False
    """Whether being undone means a restart."""
    longest_s: int = 65_535 * SECONDS_PER_MINUTE


class Driver(msgspec.Struct, frozen=True, kw_only=True):
    """A platform's command line. Regular expressions; `{name}` in prompts stands for the device's own name."""

    platforms: tuple[str, ...]
    prompt: str
    name: str = r"[\w.@:/+-]{1,100}"
    login_suffix: str = ""
    """Appended to the user name, for devices that take terminal settings there."""
    login: tuple[Answer, ...] = ()
    """What may be asked between login and the first prompt."""
    enable: Enable | None = None
    setup: tuple[Step, ...] = ()
    pager: str = r"^\s*-{2,} ?\(?more[^-]{0,40}-{2,}\s*$"
    """In lower and upper case."""
    pager_key: str = " "
    show: tuple[str, ...] = ()
    """Commands that show the configuration; the next is tried where one is refused."""
    refused: tuple[str, ...] = ()
    """Lines by which the device refuses a command."""
    noise: tuple[str, ...] = ()
    """Lines that the device writes into the output of commands at any time, such as log messages."""
    who: str = ""
    """A command that tells who changed the configuration last."""
    who_answer: str = ""
    """Finds groups `by`, `at`, `action` in its answer."""
    changes: tuple[Change, ...] = ()
    """Ways to change the device, best first; the next is tried where the device refuses to begin one."""
    save: tuple[Step, ...] = ()
    questions: tuple[Answer, ...] = ()
    """What may be asked after any line of a change."""
    line_end: str = "\n"


class Refusal(Exception):
    """The device refused a command; the words are its own."""

    def __init__(self, command: str, words: str) -> None:
        super().__init__(f"`{command}` was refused: {words}")
        self.command = command
        self.words = words


def timed(step: Step, within_s: int) -> Step:
    """The step with the time in the unit that it asks for; minutes are rounded up."""
    minutes = max(1, -(-within_s // SECONDS_PER_MINUTE))
    times = {
        "{minutes}": str(minutes),
        "{seconds}": str(within_s),
        "{hms}": f"{within_s // 3600:02}:{within_s // 60 % 60:02}:{within_s % 60:02}",
        "{dhm}": f"{minutes // 1440:02}:{minutes // 60 % 24:02}:{minutes % 60:02}",
    }
    send = step.send
    for sign, time in times.items():
        send = send.replace(sign, time)
    return msgspec.structs.replace(step, send=send)


def unknown_platform(platform: str) -> ConfigError:
    return ConfigError(
        "CONFIG_PLATFORM_UNKNOWN", f"there is no SSH driver for {platform or 'an unidentified system'}"
    )
