"""The process that looks at templates and renders them. It is run as a script, isolated, without environment, and
knows nothing of the product: a job as JSON on standard input, its results as JSON on standard output."""

import contextlib
import ipaddress
import json
import re
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

_MEMORY = 512 * 2**20
"""Bytes of the whole process."""
_NAME = "<configuration>"
_RAW = re.compile(r"(\{%[-+]?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*[-+]?%\})", re.DOTALL)
_END_OF_RAW = re.compile(r"^.*[^-+\n]%\}\Z", re.MULTILINE)
_TAGS = re.compile(r"\{%.*?%\}|\{#.*?#\}")
_LAST_TAG = re.compile(r"^.*[^-+\n][%#]\}$", re.MULTILINE)
_OTHER_TEMPLATES = (nodes.Include, nodes.Import, nodes.FromImport, nodes.Extends)
_GLOBALS = ("range", "dict", "namespace")
_FILTERS_LEFT_OUT = (
    "pprint",
    "xmlattr",
    "urlize",
    "random",
    "tojson",
    "forceescape",
    "safe",
    "escape",
    "e",
    "striptags",
)


class TooSlowError(BaseException):
    """Time is up. No template can catch it."""


class TooLargeError(Exception):
    """More came out than may."""


def with_line_ends(source: str) -> str:
    """A tag alone on its line takes the line end with it; one after other text leaves it, or two lines would become one."""
    parts = _RAW.split(source)
    parts[::2] = [_LAST_TAG.sub(_kept_end, part) for part in parts[::2]]
    parts[1::2] = [_END_OF_RAW.sub(_kept_end, part) for part in parts[1::2]]
    return "".join(parts)


def _kept_end(line: re.Match[str]) -> str:
    text = line.group()
    return text[:-2] + "+" + text[-2:] if _TAGS.sub("", text).strip() else text


class Environment(ImmutableSandboxedEnvironment):
    """Jinja2 without other templates, without attributes that begin with `_`, and with addresses understood."""

    def __init__(self) -> None:
        super().__init__(
            undefined=StrictUndefined,
            autoescape=False,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
            cache_size=0,
            optimized=False,  # constants are worked out under the same limits as all else
        )
        self.globals = {name: self.globals[name] for name in _GLOBALS}
        for name in _FILTERS_LEFT_OUT:
            self.filters.pop(name, None)
        self.filters.update(FILTERS)

    def preprocess(self, source: str, name: str | None = None, filename: str | None = None) -> str:
        return super().preprocess(with_line_ends(source), name, filename)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        return not attr.startswith("_") and super().is_safe_attribute(obj, attr, value)


def _interface(value: str) -> ipaddress.IPv4Interface | ipaddress.IPv6Interface:
    return ipaddress.ip_interface(value)


def _host(value: str, number: int) -> str:
    """The address with this number in the network; negative ones count from its end."""
    network = _interface(value).network
    if not -network.num_addresses <= number < network.num_addresses:
        raise ValueError(f"{network} has no address number {number}")
    return str(network[number])


def _quoted(value: Any) -> str:
    """In double quotes, as RouterOS and Junos read them."""
    text = str(value)
    for character in ("\\", '"', "$"):
        text = text.replace(character, "\\" + character)
    return f'"{text}"'


FILTERS: dict[str, Callable[..., Any]] = {
    "address": lambda value: str(_interface(value).ip),
    "network": lambda value: str(_interface(value).network.network_address),
    "cidr": lambda value: str(_interface(value).network),
    "prefix_length": lambda value: _interface(value).network.prefixlen,
    "netmask": lambda value: str(_interface(value).netmask),
    "wildcard": lambda value: str(_interface(value).hostmask),
    "broadcast": lambda value: str(_interface(value).network.broadcast_address),
    "host": _host,
    "ip_version": lambda value: _interface(value).version,
    "quoted": _quoted,
}


def look(body: str) -> dict[str, Any]:
    """The names that the text needs, and the line where each is used first; or its fault."""
    environment = Environment()
    tree = environment.parse(body)
    for node in tree.find_all(_OTHER_TEMPLATES):
        return _fault("TEMPLATE_FORBIDDEN", "a template cannot use other templates", node.lineno)
    lines: dict[str, int] = {}
    for name in tree.find_all(nodes.Name):
        lines[name.name] = min(lines.get(name.name, name.lineno), name.lineno)
    needed = find_undeclared_variables(tree) - set(_GLOBALS)
    environment.compile(tree)
    return {"names": {name: lines.get(name, 0) for name in sorted(needed)}}


def render(body: str, contexts: list[dict[str, Any]], largest: int, each_s: float) -> list[dict[str, Any]]:
    """One result a context."""
    environment = Environment()
    template = environment.from_string(environment.parse(body, filename=_NAME))
    template.filename = _NAME
    results: list[dict[str, Any]] = []
    for context in contexts:
        with _judged(results), _within(each_s):
            parts: list[str] = []
            size = 0
            for part in template.generate(context):
                size += len(part)
                if size > largest:
                    raise TooLargeError
                parts.append(part)
            results.append({"text": "".join(parts)})
    return results


@contextlib.contextmanager
def _within(seconds: float) -> Iterator[None]:
    """Bounds the time of the processor, so that a busy machine refuses nothing that an idle one takes."""

    def ring(*_: Any) -> None:
        raise TooSlowError

    signal.signal(signal.SIGVTALRM, ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)


@contextlib.contextmanager
def _judged(results: list[dict[str, Any]]) -> Iterator[None]:
    """What goes wrong becomes the result."""
    try:
        yield
    except TemplateSyntaxError as error:
        results.append(_fault("TEMPLATE_SYNTAX", str(error.message), error.lineno))
    except SecurityError as error:
        results.append(_fault("TEMPLATE_FORBIDDEN", str(error), _line(error)))
    except UndefinedError as error:
        results.append(_fault("TEMPLATE_UNDEFINED", str(error), _line(error)))
    except TooSlowError:
        results.append(_fault("TEMPLATE_TOO_SLOW", "rendering takes too long", 0))
    except (TooLargeError, MemoryError, OverflowError) as error:
        results.append(_fault("TEMPLATE_TOO_LARGE", "what it renders is too large", _line(error)))
    except RecursionError:
        results.append(_fault("TEMPLATE_FAILED", "it is nested too deeply, or calls itself for ever", 0))
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
        results.append(_fault("TEMPLATE_FAILED", f"{type(error).__name__}: {error}", _line(error)))


def _line(error: BaseException) -> int:
    """Jinja2 rewrites tracebacks so that they name the template's own lines."""
    line, at = 0, error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename in (_NAME, "<template>"):
            line = at.tb_lineno
        at = at.tb_next
    return line


def _fault(code: str, message: str, line: int | None) -> dict[str, Any]:
    return {"fault": {"code": code, "message": " ".join(message.split())[:500], "line": line or 0}}


def main() -> None:
    job = json.load(sys.stdin)
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    seconds = int(job["each_s"] * (len(job["contexts"] or ()) or 1)) + 3
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
    results: list[dict[str, Any]] = []
    with _judged(results), _within(job["each_s"]):
        if job["contexts"] is None:
            results.append(look(job["body"]))
        else:
            results.extend(render(job["body"], job["contexts"], job["largest"], job["each_s"]))
    json.dump(results, sys.stdout)


if __name__ == "__main__":
    main()
