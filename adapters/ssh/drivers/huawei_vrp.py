"""Huawei VRP. Source: Basic Configuration Guides of the S and CE series (schedule reboot, commit trial)."""

from adapters.ssh.driver import Answer, Change, Driver, Step

YES = Answer(r"(?i)\[y(?:es)?/n(?:o)?\](?:\s*\[[ny]\])?\s*:?[ \t]*$", "y\n")
NO = Answer(r"(?i)(?:save|change now).*\[y(?:es)?/n(?:o)?\](?:\s*\[[ny]\])?\s*:?[ \t]*$", "n\n")

HUAWEI_VRP = Driver(
    platforms=("vrp",),
    prompt=r"(?:<{name}>|\[[~*]?{name}(?:-[^\[\]]{1,80})?\])",
    name=r"[\w.@:/+-]{1,100}?",
    login=(NO,),
    setup=(
        Step("screen-length 0 temporary", optional=True),
        Step("screen-width 512", answers=(YES,), optional=True),
    ),
    pager=r"^[ \t]*-{2,4} ?more ?\(?.{0,40}\)?-{2,4}[ \t]*$",
    show=("display current-configuration",),
    refused=(r"^[ \t]*Error\b.*", r"^[ \t]*(?:Unrecognized|Incomplete|Wrong|Ambiguous|Too many) .*"),
    noise=(r"^[ \t]*(?:#)?\w{3} +\d+ \d{4} \d\d:\d\d:\d\d.*%%\d+", r"^Info: .*"),
    questions=(YES,),
    changes=(
        # Version 8 and later, where lines wait for a commit.
        Change(
            undone_by="the device's own rollback (commit trial)",
            enter=(Step("system-view"), Step("display configuration candidate changes")),
            commit=(Step("commit", answers=(YES,)),),
            commit_timed=(Step("commit trial {seconds}", answers=(YES,)),),
            leave=(Step("return", answers=(NO,)),),
            discard=(Step("clear configuration candidate", optional=True), Step("return", answers=(NO,))),
            confirm=(Step("system-view"), Step("commit"), Step("return")),
            undo=(Step("system-view"), Step("abort trial", answers=(YES,), optional=True), Step("return")),
            longest_s=65_535,
        ),
        Change(
            undone_by="a restart with the saved configuration (schedule reboot delay)",
            arm=(Step("schedule reboot delay {minutes}", answers=(NO, YES)),),
            enter=(Step("system-view"),),
            leave=(Step("return"),),
            confirm=(Step("undo schedule reboot"),),
            restarts=True,
            longest_s=720 * 60,
        ),
    ),
    save=(Step("save", answers=(YES,)),),
)
