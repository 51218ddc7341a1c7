"""Plans for configurations that consist of files: each file that differs is written whole."""

from domain.config_files import ConfigFile, files, given, render
from domain.config_plan_steps import Steps
from domain.errors import Invalid


def merge_files(running: str, wanted: str) -> Steps:
    """The files of a snippet that differ from those of the device; files that it does not name stay."""
    have = {one.path: one for one in files(running)}
    return Steps(lines=[_heading_and_content(one) for one in _given(wanted) if have.get(one.path) != one])


def replace_files(running: str, wanted: str) -> Steps:
    """As a merge: a file that is not wanted is left where it is, since another package may have put it there."""
    steps = merge_files(running, wanted)
    named = {one.path for one in _given(wanted)}
    steps.limits += [
        f"{one.path} stays as it is: it was not part of the wanted configuration"
        for one in files(running)
        if one.path not in named
    ]
    return steps


def _given(text: str) -> tuple[ConfigFile, ...]:
    try:
        return given(text)
    except ValueError as error:
        raise Invalid(f"{error}; write each file under a line `### file PATH MODE`", field="text") from None


def _heading_and_content(one: ConfigFile) -> str:
    return render((one,)).rsplit("### end of files", 1)[0]
