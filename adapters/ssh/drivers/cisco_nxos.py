"""Cisco NX-OS. Source: System Management Configuration Guide, chapters Configuring Rollback and Configuring the Scheduler."""

from adapters.ssh.driver import Answer, Change, Driver, Step
from adapters.ssh.drivers.cisco_ios import CISCO_LOG, CISCO_REFUSED, YES

CHECKPOINT = "netledger"

CISCO_NXOS = Driver(
    platforms=("nxos",),
    prompt=r"{name}(?:\([^()\s]{1,60}\))?#",
    login=(Answer(r"(?i)^[ \t]*password:[ \t]*$", "{password}\n"),),
    setup=(Step("terminal length 0", optional=True), Step("terminal width 511", optional=True)),
    show=("show running-config",),
    refused=(*CISCO_REFUSED, r"^Syntax error", r"^Rollback failed"),
    noise=CISCO_LOG,
    who="show accounting log last-index 50",
    who_answer=r"(?s).*\n(?P<at>\w{3} \w{3} +\d+ [\d:]+ \d{4}):type=update:[^\n]*?user=(?P<by>[^:\n]+):cmd=(?P<action>[^\n]*)",
    questions=(YES,),
    changes=(
        Change(
            undone_by="a scheduler job that rolls back to a checkpoint",
            prepare=(
                Step(f"no checkpoint {CHECKPOINT}", optional=True),
                Step(f"checkpoint {CHECKPOINT}"),
            ),
            arm=(
                Step("configure terminal"),
                Step("feature scheduler"),
                Step(f"scheduler job name {CHECKPOINT}"),
                Step(f"rollback running-config checkpoint {CHECKPOINT} atomic"),
                Step("exit"),
                Step(f"scheduler schedule name {CHECKPOINT}"),
                Step(f"job name {CHECKPOINT}"),
                Step("time start +{dhm}"),
                Step("end"),
            ),
            enter=(Step("configure terminal"),),
            leave=(Step("end"),),
            confirm=(
                Step("configure terminal"),
                Step(f"no scheduler schedule name {CHECKPOINT}", optional=True),
                Step(f"no scheduler job name {CHECKPOINT}", optional=True),
                Step("end"),
            ),
            undo=(
                Step(
                    f"rollback running-config checkpoint {CHECKPOINT} atomic",
                    answers=(Answer(r"\(y/n\)\??.*$", "y"),),
                ),
            ),
            forget=(Step(f"no checkpoint {CHECKPOINT}", optional=True),),
        ),
    ),
    save=(Step("copy running-config startup-config", answers=(YES,)),),
)
