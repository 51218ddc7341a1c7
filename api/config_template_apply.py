"""Applying a template to devices: what would be sent to each, or the operations that send it in waves."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, post
from litestar.params import JSONBody

from api.caller import engineer
from api.commands import Commands, status_url
from api.config_reading import running_config
from api.config_templates import template_row
from api.provided import Connect, Do, Engine, KeptConfigs, ReadConfigs, Regexes, Secrets, WaysToDevices
from domain.application_orders import (
    WAVE,
    ApplyOrder,
    BulkOrder,
    DeviceInWave,
    SealedConfig,
    applications,
    in_waves,
    veiled,
)
from domain.config_access import WaysIn, no_credential, unknown_platform
from domain.config_mask import SecretToken, mask
from domain.config_merge import merge_hunks, merge_unified
from domain.config_orders import ConfirmWithin
from domain.config_plan import masked_lines, plan
from domain.errors import DomainError, Invalid, NotFound, Refused
from domain.template_ports import Rendered
from domain.template_rendering import check_platform, contexts, placeholder, refusal, told
from domain.template_variables import filled, secret_names
from projections.config_queries import ways_in
from projections.template_device import template_device
from projections.templates import TemplateRow

MOST_DEVICES = 1_000
MOST_DRY = 100
"""Devices that are read while the caller waits."""
_SEALED_AT_ONCE = 16


class ApplyRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `confirm_within_s` a device undoes the change by itself unless it is reached again within that time.
    After each wave it is looked how many devices have failed: with more than `max_failures` no other wave begins."""

    template_id: UUID
    device_ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_DEVICES)]
    variables: dict[str, Any] = {}
    dry_run: bool = False
    confirm_within_s: ConfirmWithin | None = None
    wave_size: Annotated[int, msgspec.Meta(ge=1, le=MOST_DEVICES)] = WAVE
    max_failures: Annotated[int, msgspec.Meta(ge=0, le=MOST_DEVICES)] = 0
    reason: str = ""


class DeviceOperation(msgspec.Struct, frozen=True, kw_only=True):
    """The operation of one device; those of later waves wait for their release."""

    device_id: str
    operation_id: str
    status_url: str
    wave: int


class AcceptedApplication(msgspec.Struct, frozen=True, kw_only=True):
    """`operation_id` is of the whole; `operations` has one for each device."""

    operation_id: str
    status_url: str
    operations: list[DeviceOperation]


class SectionChange(msgspec.Struct, frozen=True, kw_only=True):
    """What would come and go in one section."""

    section: list[str]
    removed: list[str]
    added: list[str]


class DevicePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What would be done to one device now; secrets are masked. `error` says why that cannot be told."""

    device_id: str
    name: str
    platform: str
    text: str = ""
    """As rendered."""
    method: Literal["lines", "load"] = "lines"
    lines: list[str] = []
    """What would be sent, in order."""
    limits: list[str] = []
    """What the lines do not bring about, or bring about with a gap."""
    changed: bool | None = None
    hunks: list[SectionChange] = []
    unified: str = ""
    error: dict[str, str] | None = None


class ApplicationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was sent."""

    template_id: str
    version: int
    devices: list[DevicePlan]


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    ways: WaysIn
    text: str

    def __repr__(self) -> str:
        return f"<_Target {self.ways.device_id}>"


@post("/config/template/apply", guards=[engineer], status_code=202)
async def apply_template(
    data: JSONBody[ApplyRequest],
    commands: Do,
    connect: Connect,
    engine: Engine,
    regexes: Regexes,
    vault: Secrets,
    kept: KeptConfigs,
    config_access: WaysToDevices,
    config_devices: ReadConfigs,
) -> Response[AcceptedApplication | ApplicationPlan]:
    """202 with an operation a device and one over all. With `dry_run` 200: the devices are read, and nothing is sent.
    Refused whole, with a line for each device, where it cannot be rendered for one of them."""
    template = await template_row(connect, data.template_id)
    values = filled(template.variables, data.variables, regexes)
    targets = await _targets(connect, engine, template, values, data)
    secrets = tuple(
        str(values[name]) for name in secret_names(template.variables) if values[name] is not None
    )
    if data.dry_run:
        if len(targets) > MOST_DRY:
            raise Invalid(f"at most {MOST_DRY} devices are read while you wait", field="device_ids")

        async def one(target: _Target) -> DevicePlan:
            try:
                running = await running_config(
                    UUID(target.ways.device_id),
                    connect=connect,
                    config_access=config_access,
                    config_devices=config_devices,
                    commands=commands,
                    known=lambda _: False,
                    purpose="template application, dry run",
                )
            except DomainError as error:
                ways = target.ways
                told_error = {"code": error.code, "message": error.message}
                return DevicePlan(
                    device_id=ways.device_id, name=ways.name, platform=ways.platform, error=told_error
                )
            token = kept.token(target.ways.device_id)
            return await asyncio.to_thread(_planned, target, running.text, token, secrets)

        plans = await asyncio.gather(*(one(target) for target in targets))
        return await commands.answer(
            ApplicationPlan(template_id=template.id, version=template.version, devices=plans)
        )
    return await _ordered(data, template, values, secrets, targets, commands, vault)


async def _targets(
    connect: Connect, engine: Engine, template: TemplateRow, values: dict[str, Any], data: ApplyRequest
) -> list[_Target]:
    """Every device with the text for it. Raises NotFound, or Refused with what is wrong for each device."""
    wanted = [str(each) for each in dict.fromkeys(data.device_ids)]
    async with connect() as conn:
        ways = {each.device_id: each for each in await ways_in(conn, wanted)}
        facts = {device_id: await template_device(conn, device_id) for device_id in wanted}
    for device_id in wanted:
        if device_id not in ways or facts[device_id] is None:
            raise NotFound(f"no device {device_id}", code="DEVICE_NOT_FOUND", field="device_ids")
    problems: list[dict[str, Any]] = []
    for device_id in wanted:
        try:
            _check(template, ways[device_id])
        except Refused as refused:
            problems.append({"device_id": device_id, "code": refused.code, "message": refused.message})
    if problems:
        raise _refused(problems)
    made = contexts(values, [facts[each] for each in wanted], template.variables, hide_secrets=False)
    rendered = await engine.render(template.body, made)
    for device_id, result in zip(wanted, rendered, strict=True):
        if problem := _problem(device_id, result):
            problems.append(problem)
    if problems:
        if len(problems) == len(wanted) and (fault := rendered[0].fault) is not None:
            raise refusal(fault)
        raise _refused(problems)
    return [
        _Target(ways=ways[device_id], text=result.text)
        for device_id, result in zip(wanted, rendered, strict=True)
    ]


def _check(template: TemplateRow, ways: WaysIn) -> None:
    if not ways.platform:
        raise unknown_platform(ways)
    check_platform(template.platforms, ways.platform)
    if not ways.credential_ids:
        raise no_credential()


def _problem(device_id: str, result: Rendered) -> dict[str, Any] | None:
    if result.fault is not None:
        fault = result.fault
        return {"device_id": device_id, "code": fault.code, "message": told(fault), "line": fault.line}
    if not result.text.strip():
        message = "the template renders to nothing for this device"
        return {"device_id": device_id, "code": "TEMPLATE_EMPTY", "message": message}
    return None


def _refused(problems: Sequence[dict[str, Any]]) -> Refused:
    first = problems[0]
    return Refused(
        f"device {first['device_id']}: {first['message']}",
        code=str(first["code"]),
        devices=list(problems[:100]),
    )


def _planned(target: _Target, running: str, token: SecretToken, secrets: Sequence[str]) -> DevicePlan:
    ways = target.ways
    found = plan(ways.platform, "merge", running, target.text)

    def shown(line: str) -> str:
        return veiled(mask(ways.platform, line, token), secrets)

    now, wanted = mask(ways.platform, running, token), mask(ways.platform, target.text, token)
    hunks = merge_hunks(ways.platform, now, veiled(wanted, secrets))
    return DevicePlan(
        device_id=ways.device_id,
        name=ways.name,
        platform=ways.platform,
        text=shown(target.text),
        method=found.method,
        lines=[veiled(line, secrets) for line in masked_lines(found, token)],
        limits=[veiled(line, secrets) for line in found.limits],
        changed=bool(found.lines),
        hunks=[
            SectionChange(section=list(hunk.section), removed=list(hunk.removed), added=list(hunk.added))
            for hunk in hunks
        ],
        unified=merge_unified(hunks),
    )


async def _ordered(
    data: ApplyRequest,
    template: TemplateRow,
    values: dict[str, Any],
    secrets: tuple[str, ...],
    targets: Sequence[_Target],
    commands: Commands,
    vault: Secrets,
) -> Response[AcceptedApplication | ApplicationPlan]:
    bulk_id = uuid4()
    sealed = await _sealed(targets, secrets, vault)
    waves = in_waves(bulk_id, list(sealed), data.wave_size)
    hidden = {
        name: placeholder(name) if name in secret_names(template.variables) and value is not None else value
        for name, value in values.items()
    }
    which: dict[str, Any] = {
        "template_id": template.id,
        "template": template.name,
        "version": template.version,
    }
    devices = [
        DeviceInWave(device_id=device_id, operation_id=str(operation), wave=wave, sealed_id=sealed[device_id])
        for device_id, (operation, wave) in waves.items()
    ]
    orders = {
        device.device_id: ApplyOrder(
            **which,
            sealed_id=device.sealed_id,
            bulk_id=str(bulk_id),
            wave=device.wave,
            variables=hidden,
            confirm_within_s=data.confirm_within_s,
        )
        for device in devices
    }
    order = BulkOrder(**which, devices=devices, max_failures=data.max_failures)
    try:
        outcome = await commands.do(
            *applications(bulk_id, order, orders, reason=data.reason), seen_by="operations"
        )
    except DomainError as error:
        if error.code != "SERVICE_UNAVAILABLE":  # then nobody knows whether it was recorded
            await _destroy(sealed.values(), vault)
        raise
    if outcome.repeated:
        await _destroy(sealed.values(), vault)
    made = outcome.events[0]
    recorded = msgspec.convert(getattr(made.event, "params", {}), BulkOrder)
    body = AcceptedApplication(
        operation_id=str(made.originator_id),
        status_url=status_url(made.originator_id),
        operations=[
            DeviceOperation(
                device_id=device.device_id,
                operation_id=device.operation_id,
                status_url=status_url(device.operation_id),
                wave=device.wave,
            )
            for device in recorded.devices
        ],
    )
    return await commands.answer(body, status=202)


async def _sealed(targets: Sequence[_Target], secrets: tuple[str, ...], vault: Secrets) -> dict[str, str]:
    """What is to be sent may hold secrets, and an order is an event: the text goes to the vault."""
    free = asyncio.Semaphore(_SEALED_AT_ONCE)

    async def one(target: _Target) -> tuple[str, str]:
        sealed = SealedConfig(text=target.text, secrets=secrets)
        async with free:
            return target.ways.device_id, await vault.put(
                msgspec.json.encode(sealed), purpose="template application"
            )

    return dict(await asyncio.gather(*(one(target) for target in targets)))


async def _destroy(sealed_ids: Any, vault: Secrets) -> None:
    for sealed_id in sealed_ids:
        await vault.destroy(sealed_id)


ROUTER = Router("/", route_handlers=[apply_template], tags=["templates"])
