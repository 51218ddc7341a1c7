"""HP and Aruba switches with ProVision or ArubaOS-Switch. Source: ArubaOS-Switch Basic Operation Guide (reload after)."""

from adapters.ssh.driver import Answer, Change, Driver, Enable, Step

HP_PROCURVE = Driver(
    platforms=("procurve",),
    prompt=r"{name}(?:\([^()]{1,60}\))?[>#]",
    name=r"[\w.@:/+ -]{1,60}?",
    login=(
        Answer(r"(?i)press any key to continue", " "),
        Answer(r"(?i)^[ \t]*username:[ \t]*$", "\n"),
        Answer(r"(?i)^[ \t]*password:[ \t]*$", "{password}\n"),
    ),
    enable=Enable(when=r">[ \t]*$", send="enable", question=r"(?i)password:[ \t]*$"),
    setup=(Step("no page", optional=True), Step("terminal width 1920", optional=True)),
    pager=r"-- more --,? ?next page",
    show=("show running-config",),
    refused=(
        r"^[ \t]*(?:Invalid|Incomplete|Ambiguous) input",
        r"(?i)^[ \t]*(?:error|unable|cannot|not allowed|.* is not (?:valid|supported))",
    ),
    noise=(r"^[IWMDE] \d\d/\d\d/\d\d \d\d:\d\d:\d\d .*",),
    questions=(Answer(r"(?i)\[y/n\]\??[ \t]*$", "y"),),
    changes=(
        Change(
            undone_by="a restart with the saved configuration (reload after)",
            arm=(
                Step(
                    "reload after {dhm}",
                    answers=(
                        Answer(r"(?i)save.*\[y/n(?:/\^c)?\]\??[ \t]*$", "n"),
                        Answer(r"(?i)\[y/n\]\??[ \t]*$", "y"),
                    ),
                ),
            ),
            enter=(Step("configure"),),
            leave=(Step("end"),),
            confirm=(Step("no reload"),),
            restarts=True,
            longest_s=23 * 3600,
        ),
    ),
    save=(Step("write memory", answers=(Answer(r"(?i)\[y/n\]\??[ \t]*$", "y"),)),),
)
