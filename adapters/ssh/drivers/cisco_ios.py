"""Cisco IOS and IOS XE. Source: Configuration Management Configuration Guide, chapter Configuration Rollback Confirmed Change."""

from adapters.ssh.driver import Answer, Change, Driver, Enable, Step

CISCO_REFUSED = (
    r"^[ \t]*%\s*(?:Invalid|Incomplete|Ambiguous|Unknown|Unrecognized|Bad|Error|Cannot|Not |No such|Access denied|Authorization|"
    r"Duplicate|Failed|Permission|Unable|Command rejected)",
    r"^[ \t]*%.*(?:failed|not allowed|denied|rejected|does not exist|not supported|is not |invalid|overlaps|conflicts?|cannot|in use|being used|already exists)",
    r"^Command rejected",
    r"^(?:ERROR|Error): ",
)
CISCO_LOG = (r"^\*?(?:\S+: )?\*?\.?\w{3} +\d+ (?:\d{4} )?\d\d:\d\d:\d\d.{0,40}: ?%[\w-]+-\d-\w+:",)
YES = Answer(r"\[(?:confirm|yes/no|y/n|Y/N)\]\??:?[ \t]*$", "\n")

CISCO_IOS = Driver(
    platforms=("iosxe", "ios"),
    prompt=r"{name}(?:\([^()\s]{1,60}\))?[>#]",
    login=(
        Answer(r"(?i)^[ \t]*press (?:return|enter|any key)", "\n"),
        Answer(r"(?i)username:[ \t]*$", "\n"),
        Answer(r"(?i)^[ \t]*password:[ \t]*$", "{password}\n"),
    ),
    enable=Enable(when=r">[ \t]*$", send="enable", question=r"(?i)password:[ \t]*$"),
    setup=(Step("terminal length 0", optional=True), Step("terminal width 511", optional=True)),
    show=("show running-config",),
    refused=CISCO_REFUSED,
    noise=CISCO_LOG,
    questions=(YES,),
    changes=(
        # Needs `archive` with a `path`; without one it is refused and the next way is taken.
        Change(
            undone_by="the device's own rollback (configure terminal revert timer)",
            enter=(Step("configure terminal revert timer {minutes}", answers=(YES,)),),
            leave=(Step("end"),),
            confirm=(Step("configure confirm"),),
            undo=(Step("configure revert now", answers=(YES,)),),
            timed_only=True,
            longest_s=120 * 60,
        ),
        Change(
            undone_by="a restart with the saved configuration (reload in)",
            arm=(
                Step(
                    "reload in {minutes}",
                    answers=(Answer(r"(?i)save\?\s*\[yes/no\]:?[ \t]*$", "no\n"), YES),
                ),
            ),
            enter=(Step("configure terminal"),),
            leave=(Step("end"),),
            confirm=(Step("reload cancel"),),
            restarts=True,
            longest_s=999 * 60,
        ),
    ),
    save=(Step("copy running-config startup-config", answers=(Answer(r"\]\?[ \t]*$", "\n"), YES)),),
)
