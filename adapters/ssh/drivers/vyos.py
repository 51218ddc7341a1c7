"""VyOS and EdgeOS. Source: VyOS documentation, chapter Command Line Interface (commit-confirm, confirm, save)."""

from adapters.ssh.driver import Answer, Change, Driver, Step

VYOS = Driver(
    platforms=("vyos", "edgeos"),
    prompt=r"{name}@[\w.-]{1,100}(?::[^\s$#]{0,80})?[$#>]",
    name=r"[\w.-]{1,64}",
    setup=(Step("set terminal length 0", optional=True), Step("set terminal width 512", optional=True)),
    pager=r"^[ \t]*(?::|--More--|lines \d+-\d+.*)[ \t]*$",
    show=("show configuration commands | no-more", "show configuration commands"),
    refused=(
        r"(?i)^[ \t]*(?:invalid command|configuration path: .* is not valid|.*is not valid|set failed|delete failed|commit failed|"
        r"value validation failed|error:|cannot |no such|nothing to delete|permission denied|ambiguous command|incomplete command)",
        r"^\[\[.*\]\] failed",
    ),
    changes=(
        Change(
            undone_by="a restart with the saved configuration (commit-confirm)",
            enter=(Step("configure"),),
            commit=(Step("commit"),),
            commit_timed=(
                Step(
                    "commit-confirm {minutes}",
                    answers=(Answer(r"(?i)\[(?:confirm|y/N|yes/no)\][ \t]*$", "y\n"),),
                ),
            ),
            leave=(Step("exit"),),
            discard=(Step("exit discard"),),
            confirm=(Step("configure"), Step("confirm"), Step("exit")),
            undo=(
                Step("configure"),
                Step("load", answers=(Answer(r"(?i)\[y/N\][ \t]*$", "y\n"),)),
                Step("commit"),
                Step("exit"),
            ),
            restarts=True,
        ),
    ),
    save=(Step("configure"), Step("save"), Step("exit")),
)
