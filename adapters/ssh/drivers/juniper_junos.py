"""Juniper Junos. Source: Junos CLI User Guide (commit confirmed, load override, configure exclusive)."""

from adapters.ssh.driver import Answer, Change, Driver, Enable, Step

JUNIPER_JUNOS = Driver(
    platforms=("junos",),
    prompt=r"(?:{name}@)?[\w.-]{1,100}(?::\w+)?[>#%]",
    name=r"[\w.-]{1,64}",
    login=(Answer(r"(?i)^[ \t]*password:[ \t]*$", "{password}\n"),),
    # root arrives in a UNIX shell
    enable=Enable(when=r"%[ \t]*$", send="cli", until=r"[>#][ \t]*$"),
    setup=(
        Step("set cli screen-length 0", optional=True),
        Step("set cli screen-width 0", optional=True),
        Step("set cli complete-on-space off", optional=True),
    ),
    pager=r"^[ \t]*---\(more(?: \d+%)?\)---[ \t]*$",
    show=("show configuration | no-more", "show configuration"),
    refused=(
        r"^(?:error|syntax error|unknown command|missing argument|invalid |ambiguous|could not|configuration database (?:locked|modified)|permission denied)",
        r"^commit failed|^configuration check-out failed|^load (?:failed|complete \([1-9]\d* errors?\))|: (?:syntax error|invalid value)",
    ),
    noise=(r"^[ \t]*Broadcast Message from .*", r"^warning: .*"),
    changes=(
        Change(
            undone_by="the device's own rollback (commit confirmed)",
            # What is left uncommitted goes when an exclusive session ends, however it ends.
            enter=(Step("configure exclusive"),),
            load="load override terminal",
            load_end="\n\x04",
            load_done=r"(?m)^(?:load complete|error|syntax error|load failed)",
            commit=(Step("commit"),),
            commit_timed=(Step("commit confirmed {minutes}"),),
            leave=(
                Step(
                    "exit configuration-mode", answers=(Answer(r"\[yes,no\] \((?:yes|no)\)[ \t]*$", "yes\n"),)
                ),
            ),
            discard=(Step("rollback 0"), Step("exit configuration-mode")),
            confirm=(
                Step("configure exclusive"),
                Step("commit"),
                Step("exit configuration-mode"),
            ),
            undo=(
                Step("configure exclusive"),
                Step("rollback 1"),
                Step("commit"),
                Step("exit configuration-mode"),
            ),
        ),
    ),
)
