"""Cisco IOS XR, where nothing takes effect before it is committed. Source: System Management Configuration Guide (commit confirmed)."""

from adapters.ssh.driver import Answer, Change, Driver, Step
from adapters.ssh.drivers.cisco_ios import CISCO_LOG, CISCO_REFUSED

CISCO_IOSXR = Driver(
    platforms=("iosxr",),
    prompt=r"(?:RP/\d+/\w+/CPU\d+:)?{name}(?:\([^()\s]{1,60}\))?#",
    login=(Answer(r"(?i)^[ \t]*password:[ \t]*$", "{password}\n"),),
    setup=(Step("terminal length 0", optional=True), Step("terminal width 512", optional=True)),
    show=("show running-config",),
    refused=(*CISCO_REFUSED, r"^!!% ", r"^% Failed to commit"),
    noise=(*CISCO_LOG, r"^RP/\d+/\w+/CPU\d+:\w{3} +\d+ .*: %"),
    changes=(
        Change(
            undone_by="the device's own rollback (commit confirmed)",
            enter=(Step("configure terminal"),),
            commit=(Step("commit show-error", answers=(Answer(r"(?i)\[(?:no|yes)\]:[ \t]*$", "yes\n"),)),),
            commit_timed=(
                Step("commit confirmed {seconds}", answers=(Answer(r"(?i)\[(?:no|yes)\]:[ \t]*$", "yes\n"),)),
            ),
            leave=(Step("end", answers=(Answer(r"(?i)before exiting\(yes/no/cancel\)\?.*$", "no\n"),)),),
            discard=(Step("abort"),),
            confirm=(Step("configure terminal"), Step("commit"), Step("end")),
            undo=(Step("rollback configuration last 1"),),
            longest_s=65_535,
        ),
    ),
)
