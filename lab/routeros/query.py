"""Query words: a stack machine over the properties of an item, as MikroTik's API documentation describes it."""

from collections.abc import Callable, Mapping, Sequence

from lab.routeros.trap import Trap

Item = Mapping[str, str]
Predicate = Callable[[Item], bool]


def compile_query(words: Sequence[str]) -> Predicate:
    """A predicate for the `?` words in their order; what is left on the stack in the end is ANDed."""
    steps = [_step(word[1:]) for word in words]

    def matches(item: Item) -> bool:
        stack: list[bool] = []
        for step in steps:
            step(item, stack)
        return all(stack)

    return matches


def _step(word: str) -> Callable[[Item, list[bool]], None]:
    if word.startswith("#"):
        return lambda _item, stack: _operate(word[1:], stack)
    test = _test(word)
    return lambda item, stack: stack.append(test(item))


def _test(word: str) -> Predicate:
    if word.startswith("-"):
        name = word[1:]
        return lambda item: name not in item
    if word[:1] in ("<", ">"):
        name, _, value = word[1:].partition("=")
        below = word[0] == "<"
        return lambda item: name in item and _compare(item[name], value, below)
    name, equals, value = word.removeprefix("=").partition("=")
    if not equals:
        return lambda item: name in item
    wanted = _plain(value)
    return lambda item: name in item and _plain(item[name]) == wanted


def _plain(value: str) -> str:
    """Booleans are written yes and true alike."""
    return {"yes": "true", "no": "false"}.get(value, value)


def _compare(left: str, right: str, below: bool) -> bool:
    if left.isdecimal() and right.isdecimal():
        return int(left) < int(right) if below else int(left) > int(right)
    return left < right if below else left > right


def _operate(operations: str, stack: list[bool]) -> None:
    index = ""
    for operation in operations:
        if operation.isdecimal():
            index += operation
            continue
        if index:
            stack.append(_at(stack, int(index)))
            index = ""
            if operation == ".":
                continue
        _apply(operation, stack)
    if index:
        stack[:] = [_at(stack, int(index))]


def _apply(operation: str, stack: list[bool]) -> None:
    if operation == "!":
        stack.append(not _pop(stack))
    elif operation == "&":
        right, left = _pop(stack), _pop(stack)
        stack.append(left and right)
    elif operation == "|":
        right, left = _pop(stack), _pop(stack)
        stack.append(left or right)
    elif operation == ".":
        stack.append(_at(stack, 0))
    else:
        raise Trap(f"invalid query operation {operation}", category=5)


def _pop(stack: list[bool]) -> bool:
    _at(stack, 0)
    return stack.pop()


def _at(stack: list[bool], index: int) -> bool:
    if index >= len(stack):
        raise Trap("query stack underflow", category=5)
    return stack[-1 - index]
