"""Plans for configurations of `set` commands (VyOS, EdgeOS): `delete` for what goes, `set` for what comes."""

from domain.config_plan_steps import Steps
from domain.config_sections import command_words


def merge_commands(running: str, snippet: str) -> Steps:
    """The commands of the snippet that change something; a `delete` of what is not there changes nothing."""
    have = {_bare(path) for path in _paths(running)}
    steps = Steps()
    for line in snippet.splitlines():
        words = command_words(line.strip())
        if not words or line.lstrip().startswith("#"):
            continue
        path = tuple(words[1:])
        if words[0] == "set" and _bare(path) in have:
            continue
        if words[0] == "delete" and not any(known[: len(path)] == _bare(path) for known in have):
            continue
        steps.lines.append(" ".join(words))
    return steps


def replace_commands(running: str, wanted: str) -> Steps:
    """Whole branches that nothing wanted is in are deleted at their root."""
    have, want = _paths(running), _paths(wanted)
    had, wants = {_bare(path) for path in have}, {_bare(path) for path in want}
    stays = {path[:length] for path in wants for length in range(len(path) + 1)}
    steps = Steps()
    gone: set[tuple[str, ...]] = set()
    for path in have:
        bare = _bare(path)
        if bare in wants:
            continue
        root = next(
            length for length in range(1, len(bare) + 1) if bare[:length] not in stays or length == len(bare)
        )
        if bare[:root] not in gone:
            gone.add(bare[:root])
            steps.lines.append(" ".join(("delete", *path[:root])))
    steps.lines += [" ".join(("set", *path)) for path in want if _bare(path) not in had]
    return steps


def _paths(text: str) -> list[tuple[str, ...]]:
    lines = (command_words(line.strip()) for line in text.splitlines())
    return [tuple(words[1:]) for words in lines if len(words) > 1 and words[0] == "set"]


def _bare(path: tuple[str, ...]) -> tuple[str, ...]:
    """Without the quotes that different versions put around different values."""
    return tuple(
        word[1:-1] if len(word) > 1 and word[0] in "'\"" and word[-1] == word[0] else word for word in path
    )
