"""Restores: what would be sent and what would change, or the operation that does it."""

import asyncio
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, post
from litestar.params import FromPath, JSONBody

from api.caller import engineer
from api.commands import Accepted, status_url
from api.config_backups import backup_row
from api.config_compare import RUNNING, Comparison, Side, comparison
from api.config_reading import running_config, ways_to
from api.provided import Connect, Do, KeptConfigs, ReadConfigs, WaysToDevices
from domain.config_mask import SecretToken
from domain.config_orders import ConfirmWithin, RestoreOrder, restore
from domain.config_plan import masked_lines, plan
from domain.config_text import content_address
from domain.errors import NotFound, Refused


class RestoreRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """With `confirm_within_s` the device undoes the change by itself unless it is reached again within that time."""

    backup_id: UUID
    dry_run: bool = False
    confirm_within_s: ConfirmWithin | None = None
    reason: str = ""


class RestorePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a restore would do now. Tokens stand for secrets; what is sent has the secrets themselves."""

    difference: Comparison
    """From what the device runs to what the backup holds."""
    method: str
    """`lines`: these lines are sent; `load`: they are the whole configuration, which the device compares with its own."""
    lines: list[str]
    limits: list[str]
    """What the lines do not bring about, or bring about with a gap."""


@post("/config/restore/{device:uuid}", guards=[engineer], status_code=202)
async def restore_config(
    device: FromPath[UUID],
    data: JSONBody[RestoreRequest],
    commands: Do,
    connect: Connect,
    kept: KeptConfigs,
    config_access: WaysToDevices,
    config_devices: ReadConfigs,
) -> Response[Accepted | RestorePlan]:
    """202 with the operation. With `dry_run` 200 with what would be sent: the device is read, and nothing is changed."""
    ways = await ways_to(connect, device)
    row = await backup_row(connect, data.backup_id)
    if row.device_id != str(device):
        raise NotFound("this device has no such backup", code="BACKUP_NOT_FOUND")
    if ways.platform != row.platform:
        raise Refused(
            f"the backup is of {row.platform}, and the device is {ways.platform or 'not identified'} now",
            code="PLATFORM_CHANGED",
        )
    if not data.dry_run:
        order = RestoreOrder(backup_id=row.id, confirm_within_s=data.confirm_within_s)
        outcome = await commands.do(
            *restore(str(device), uuid4(), order, reason=data.reason), seen_by="operations"
        )
        made = next(each for each in outcome.events if each.aggregate == "operation").originator_id
        return await commands.answer(Accepted(str(made), status_url(made)), status=202)
    wanted = await kept.read(row.device_id, row.content)
    token = kept.token(str(device))
    running = await running_config(
        device,
        connect=connect,
        config_access=config_access,
        config_devices=config_devices,
        commands=commands,
        known=lambda text: content_address(row.platform, text, token) == row.content,
        purpose="config restore, dry run",
    )
    planned = await asyncio.to_thread(
        _planned,
        Side(RUNNING, running.platform, running.text),
        Side(row.id, row.platform, wanted),
        token,
        str(device),
    )
    return await commands.answer(planned)


def _planned(now: Side, wanted: Side, token: SecretToken, device_id: str) -> RestorePlan:
    found = plan(wanted.platform, "replace", now.text, wanted.text)
    return RestorePlan(
        difference=comparison(device_id, now, wanted, token),
        method=found.method,
        lines=list(masked_lines(found, token)),
        limits=list(found.limits),
    )


ROUTER = Router("/", route_handlers=[restore_config], tags=["configurations"])
