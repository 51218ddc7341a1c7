"""MikroTik RouterOS 6 and 7. Source: MikroTik documentation (Console login options, Safe mode, Scheduler, Backup)."""

from adapters.ssh.driver import Answer, Change, Driver, Step

NAME = "netledger-undo"
YES = Answer(r"(?i)\[y/N\]:?[ \t]*$", "y")
_LOAD = f'/system backup load name={NAME} password=\\"\\"'

MIKROTIK_ROUTEROS = Driver(
    platforms=("routeros",),
    prompt=r"\[{name}\] (?:<SAFE>)?/?[^>\n]{0,120}>(?: )?",
    name=r"[^\[\]\n]{1,140}",
    # no colours, dumb terminal, nothing asked about its size, 511 columns
    login_suffix="+cte511w4096h",
    login=(
        Answer(r"(?i)do you want to see the software license\? \[y/n\]", "n"),
        Answer(r"(?i)please press \"enter\" to continue", "\n"),
        Answer(r"(?i)new password>[ \t]*$", "\x03"),
        Answer(r"(?i)remove this default configuration|press any key", "\n"),
    ),
    pager=r"-- \[Q quit.*\][ \t]*$",
    # Version 7 hides secrets unless asked; version 6 does not know the word.
    show=("/export show-sensitive", "/export"),
    refused=(
        r"^[ \t]*(?:bad command name|expected |syntax error|no such item|invalid (?:value|internal)|input does not match|ambiguous|failure:|"
        r"unknown parameter|value of |missing value|error |couldn't |cannot |not enough permissions|script error|bad parameter|"
        r"action (?:failed|timed out)|already have|item .*exists)",
        r"\(line \d+ column \d+\)[ \t]*$",
    ),
    noise=(r"^[ \t]*(?:\d{4}-\d\d-\d\d |\w{3}/\d\d/\d{4} )?\d\d:\d\d:\d\d (?:echo: )?[\w,!-]+ .*",),
    who="/system history print without-paging",
    who_answer=r"(?m)^ *(?:\d+ +)?[URF]+ +(?P<action>\S.*?) {2,}(?P<by>\S+)(?: {2,}\S+)*?(?: {2,}(?P<at>[\d/-]+ [\d:]+))? *$",
    questions=(YES,),
    changes=(
        Change(
            undone_by="a scheduler entry that loads a backup and restarts",
            prepare=(Step(f"/system backup save name={NAME} dont-encrypt=yes"),),
            arm=(
                Step(f"/system scheduler remove [find name={NAME}]", optional=True),
                Step(f'/system scheduler add name={NAME} interval={{seconds}}s on-event="{_LOAD}"'),
            ),
            # Another session that has safe mode keeps it; the backup is the way back then.
            enter=(Step("\x18", raw=True, answers=(Answer(r"\[u/r/d\]:?[ \t]*$", "d"),)),),
            leave=(Step("\x18", raw=True),),
            # Leaving safe mode by Ctrl-D takes back all that was done in it, and ends the session.
            discard=(Step("\x04", raw=True, ends=True),),
            confirm=(Step(f"/system scheduler remove [find name={NAME}]", optional=True),),
            undo=(Step(f'/system backup load name={NAME} password=""', answers=(YES,), ends=True),),
            forget=(Step(f"/file remove [find name={NAME}.backup]", optional=True),),
            restarts=True,
        ),
    ),
    line_end="\r",
)
