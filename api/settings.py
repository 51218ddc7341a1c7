"""Settings: what is in force, and changing it."""

from typing import Any

import msgspec
from litestar import Response, Router, get, patch
from litestar.params import JSONBody

from api.caller import admin
from api.provided import Bus, Connect, Do
from api.setting_descriptions import SettingsDescribed, settings_described
from api.settings_changes import SettingsChanges, flattened
from domain.errors import Invalid
from domain.settings import SETTINGS, SETTINGS_ID, ChangeSettings, Settings
from domain.targets import TargetError, parse_targets
from projections.settings import in_force

SEEN = "settings"


@get("/settings", guards=[admin], opt={"reads": (SEEN,)})
async def get_settings(connect: Connect) -> Settings:
    """All settings that can be changed while Netledger runs."""
    async with connect() as conn:
        return await in_force(conn)


@get("/settings/descriptions", guards=[admin])
async def get_descriptions() -> SettingsDescribed:
    """What each setting means, may be, and is before anybody changes it."""
    return settings_described()


@patch("/settings", guards=[admin])
async def change_settings(
    data: JSONBody[SettingsChanges], bus: Bus, commands: Do, connect: Connect
) -> Response[Settings]:
    """A part of what GET shows, such as `{"discovery": {"rate_per_s": 2000}}`; the rest stays."""
    state = await bus.state(SETTINGS, SETTINGS_ID)
    changes = flattened(data, state)
    _check_ranges(changes.get("discovery/ranges"))
    command = ChangeSettings(changes=changes, reason=data.reason)
    await commands.do(SETTINGS.to(SETTINGS_ID, command), seen_by=SEEN)
    async with connect() as conn:
        return await commands.answer(await in_force(conn))


def _check_ranges(ranges: Any) -> None:
    if not ranges:
        return
    try:
        parse_targets(msgspec.convert(ranges, list[str]))
    except TargetError as error:
        raise Invalid(error.message, field=error.field.replace("targets", "discovery.ranges", 1)) from None


ROUTER = Router("/", route_handlers=[get_settings, get_descriptions, change_settings], tags=["settings"])
