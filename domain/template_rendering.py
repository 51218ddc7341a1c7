"""From a template and the values given to the text for one device; what is wrong with either is told by line and field."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from domain.errors import DomainError, Invalid, Refused
from domain.patterns import Patterns
from domain.template import Template, check
from domain.template_ports import Fault, TemplateEngine
from domain.template_variables import Variable, check_defaults, secret_names

DEVICE = "device"
"""The name under which a template finds the device."""


def placeholder(name: str) -> str:
    """What stands for a secret variable wherever the text is shown."""
    return f"<secret:{name}>"


def told(fault: Fault) -> str:
    return f"line {fault.line}: {fault.message}" if fault.line else fault.message


async def check_template(wanted: Template, engine: TemplateEngine, patterns: Patterns) -> None:
    """Raises Invalid with field, line and code for what could never be rendered."""
    check(wanted)
    check_defaults(wanted.variables, patterns)
    looked = await engine.look(wanted.body)
    if looked.fault is not None:
        raise Invalid(told(looked.fault), code=looked.fault.code, field="body", line=looked.fault.line)
    declared = {variable.name for variable in wanted.variables} | {DEVICE}
    unknown = sorted((line, name) for name, line in looked.names.items() if name not in declared)
    if unknown:
        line, name = unknown[0]
        raise Invalid(
            f"line {line}: the variable {name} is not declared",
            code="TEMPLATE_VARIABLE_UNDECLARED",
            field="body",
            line=line,
            undeclared=[{"name": name, "line": line} for line, name in unknown],
        )


def contexts(
    values: Mapping[str, Any], devices: Sequence[Any], variables: Sequence[Variable], *, hide_secrets: bool
) -> list[dict[str, Any]]:
    """What the engine gets for each device, None standing for no device."""
    secret = secret_names(variables)
    shown = {
        name: placeholder(name) if hide_secrets and name in secret and value is not None else value
        for name, value in values.items()
    }
    return [
        {**shown, DEVICE: msgspec.to_builtins(device)} if device is not None else shown for device in devices
    ]


def refusal(fault: Fault) -> DomainError:
    """A fault of a rendering as the error that is answered."""
    hint = "; give device_id" if fault.message == f"'{DEVICE}' is undefined" else ""
    return Refused(told(fault) + hint, code=fault.code, field="body", line=fault.line)


def check_platform(platforms: Sequence[str], platform: str) -> None:
    """Raises Refused where the template is not for this platform."""
    if platforms and platform not in platforms:
        raise Refused(
            f"the template is for {', '.join(platforms)}; the device runs {platform or 'an unknown system'}",
            code="TEMPLATE_PLATFORM_MISMATCH",
        )
