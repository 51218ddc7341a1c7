"""Arista EOS. Source: EOS User Manual, chapter Configure Session (commit timer, rollback clean-config)."""

from adapters.ssh.driver import Answer, Change, Driver, Enable, Step
from adapters.ssh.drivers.cisco_ios import CISCO_LOG, CISCO_REFUSED

SESSION = "netledger"

ARISTA_EOS = Driver(
    platforms=("arista_eos",),
    prompt=r"{name}(?:\([^()\s]{1,60}\))?[>#]",
    enable=Enable(when=r">[ \t]*$", send="enable", question=r"(?i)password:[ \t]*$"),
    setup=(Step("terminal length 0", optional=True), Step("terminal width 32767", optional=True)),
    show=("show running-config",),
    refused=(*CISCO_REFUSED, r"^> .*", r"^! .*error"),
    noise=CISCO_LOG,
    changes=(
        Change(
            undone_by="the device's own rollback (commit timer)",
            prepare=(
                Step(f"configure session {SESSION} abort", optional=True),
                Step(f"no configure session {SESSION}", optional=True),
            ),
            enter=(Step(f"configure session {SESSION}"),),
            commit=(Step("commit"),),
            commit_timed=(Step("commit timer {hms}"),),
            discard=(Step("abort"),),
            confirm=(Step(f"configure session {SESSION} commit"),),
            undo=(Step(f"configure session {SESSION} abort"),),
            forget=(Step(f"no configure session {SESSION}", optional=True),),
            longest_s=24 * 3600,
        ),
    ),
    save=(Step("copy running-config startup-config", answers=(Answer(r"\]\?[ \t]*$", "\n"),)),),
)
