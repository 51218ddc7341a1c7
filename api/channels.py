"""Channels that alerts are told to: webhooks, and mail, Slack and others through apprise."""

import secrets
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody

from api.caller import admin
from api.commands import Commands, Reason, why
from api.pages import Cursor, Limit, Page, page_of_all
from api.provided import Bus, Connect, Destroy, Do, Secrets, Tell
from api.unspoken import Unspoken
from domain.aggregate import Intent
from domain.alert_commands import Severity
from domain.alerting.scope import Matchers
from domain.channel import (
    CHANNEL,
    ChangeChannel,
    ChannelKind,
    CreateChannel,
    DeleteChannel,
    Name,
    ReplaceChannelAddress,
)
from domain.errors import Invalid, NotFound
from domain.notification import Address, DeliveryFailed, Notification
from projections.channels import ChannelRow, all_channels

SEEN = "channels"
READS = {"reads": (SEEN,)}
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
Key = Annotated[str, msgspec.Meta(max_length=500)]


class ChannelFields(Unspoken, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is left out of a change stays. `url` and `secret` go to the vault and are never shown; a webhook's messages
    are signed with its secret."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    url: Url | msgspec.UnsetType = msgspec.UNSET
    secret: Key | msgspec.UnsetType = msgspec.UNSET
    enabled: bool | msgspec.UnsetType = msgspec.UNSET
    min_severity: Severity | msgspec.UnsetType = msgspec.UNSET
    tell_resolved: bool | msgspec.UnsetType = msgspec.UNSET
    matchers: Matchers | msgspec.UnsetType = msgspec.UNSET
    reason: str = ""


class NewWebhook(ChannelFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Without a secret one is made, and shown this once."""

    name: Name
    url: Url


class NewChannel(NewWebhook, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`webhook`, or `apprise` with any of the urls of https://appriseit.com/services/: mailto://, slack://, tgram:// ..."""

    kind: ChannelKind


class ChannelMade(ChannelRow, frozen=True, kw_only=True):
    """A new channel; `secret` is what a webhook's messages are signed with, shown this once."""

    secret: str | None = None


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the other side took a test message."""

    ok: bool
    message: str


@get("/channels", guards=[admin], opt=READS)
async def list_channels(connect: Connect, limit: Limit = 50, cursor: Cursor = None) -> Page[ChannelRow]:
    """By name."""
    return await _page(connect, None, limit, cursor)


@get("/webhooks", guards=[admin], opt=READS)
async def list_webhooks(connect: Connect, limit: Limit = 50, cursor: Cursor = None) -> Page[ChannelRow]:
    """The channels that are webhooks, by name."""
    return await _page(connect, "webhook", limit, cursor)


@get(["/channels/{channel:uuid}", "/webhooks/{channel:uuid}"], guards=[admin], opt=READS)
async def get_channel(channel: FromPath[UUID], connect: Connect) -> ChannelRow:
    """One channel, without its secrets."""
    return await _one(connect, channel)


@post("/channels", guards=[admin])
async def create_channel(
    data: JSONBody[NewChannel], commands: Do, connect: Connect, vault: Secrets, tell: Tell
) -> Response[ChannelMade]:
    """201 with the channel, which is told of alerts from now on."""
    return await _created(data, data.kind, commands, connect, vault, tell)


@post("/webhooks", guards=[admin])
async def create_webhook(
    data: JSONBody[NewWebhook], commands: Do, connect: Connect, vault: Secrets, tell: Tell
) -> Response[ChannelMade]:
    """201 with the webhook. Messages are JSON, signed: see the documentation of alerts."""
    return await _created(data, "webhook", commands, connect, vault, tell)


@patch(["/channels/{channel:uuid}", "/webhooks/{channel:uuid}"], guards=[admin])
async def change_channel(
    channel: FromPath[UUID],
    data: JSONBody[ChannelFields],
    bus: Bus,
    commands: Do,
    connect: Connect,
    vault: Secrets,
    tell: Tell,
) -> Response[ChannelRow]:
    """What is left out stays."""
    state = await bus.state(CHANNEL, channel)
    if state.state != "active":
        raise _not_found()
    change = ChangeChannel(
        name=data.name,
        enabled=data.enabled,
        min_severity=data.min_severity,
        tell_resolved=data.tell_resolved,
        matchers=data.matchers,
        reason=data.reason,
    )
    intents: list[Intent] = [CHANNEL.to(channel, change)]
    fresh = ""
    if data.url is not msgspec.UNSET or data.secret is not msgspec.UNSET:
        old = msgspec.json.decode(await vault.read(state.secret_id), type=Address)
        address = Address(
            url=old.url if data.url is msgspec.UNSET else data.url,
            key=old.key if data.secret is msgspec.UNSET else data.secret,
        )
        target = tell.check(state.kind, address)
        fresh = await vault.put(msgspec.json.encode(address), purpose="channel")
        intents.append(
            CHANNEL.to(channel, ReplaceChannelAddress(target=target, secret_id=fresh, reason=data.reason))
        )
    await commands.do(*intents, seen_by=SEEN, fresh_secret=fresh)
    if fresh:
        await vault.destroy(state.secret_id)
    return await commands.answer(await _one(connect, channel))


@delete(["/channels/{channel:uuid}", "/webhooks/{channel:uuid}"], guards=[admin], status_code=204)
async def delete_channel(
    channel: FromPath[UUID],
    commands: Do,
    destroyer: Destroy,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[None]:
    """Its address and secret are destroyed."""
    await commands.do(CHANNEL.to(channel, DeleteChannel(reason=why(data, reason))), seen_by=SEEN)
    await destroyer.follow(channel)
    return await commands.answer(None, status=204)


@post(["/channels/{channel:uuid}/test", "/webhooks/{channel:uuid}/test"], guards=[admin], status_code=200)
async def test_channel(
    channel: FromPath[UUID], bus: Bus, vault: Secrets, tell: Tell, data: JSONBody[Reason | None] = None
) -> Tried:
    """Sends a test message now and says whether it was taken."""
    state = await bus.state(CHANNEL, channel)
    if state.state != "active":
        raise _not_found()
    address = msgspec.json.decode(await vault.read(state.secret_id), type=Address)
    at = datetime.now(UTC).isoformat(timespec="seconds")
    message = Notification(
        id=uuid4().hex,
        kind="test",
        title="[test] Netledger can reach this channel",
        text=f"Sent at {at} to try the channel {state.name}.",
        severity="info",
    )
    try:
        await tell.send(state.kind, address, message)
    except DeliveryFailed as error:
        return Tried(ok=False, message=str(error))
    return Tried(ok=True, message="the message was taken")


async def _created(
    data: NewWebhook, kind: ChannelKind, commands: Commands, connect: Connect, vault: Secrets, tell: Tell
) -> Response[ChannelMade]:
    given = "" if data.secret is msgspec.UNSET else data.secret
    if given and kind != "webhook":
        raise Invalid("only webhooks are signed; put what the service needs into the url", field="secret")
    made = secrets.token_urlsafe(32) if kind == "webhook" and not given else ""
    address = Address(url=data.url, key=given or made)
    target = tell.check(kind, address)
    secret_id = await vault.put(msgspec.json.encode(address), purpose="channel")
    chosen = {
        name: value
        for name in ("enabled", "min_severity", "tell_resolved", "matchers")
        if (value := getattr(data, name)) is not msgspec.UNSET
    }
    command = CreateChannel(
        name=data.name, kind=kind, target=target, secret_id=secret_id, reason=data.reason, **chosen
    )
    outcome = await commands.do(CHANNEL.to(uuid4(), command, new=True), seen_by=SEEN, fresh_secret=secret_id)
    row = await _one(connect, outcome.events[0].originator_id)
    shown = made if made and not outcome.repeated else None
    return await commands.answer(ChannelMade(**msgspec.structs.asdict(row), secret=shown), status=201)


async def _page(connect: Connect, kind: str | None, limit: int, cursor: str | None) -> Page[ChannelRow]:
    async with connect() as conn:
        rows = await all_channels(conn, kind)
    return page_of_all(rows, limit, cursor, lambda row: (row.name, row.id))


async def _one(connect: Connect, channel: UUID) -> ChannelRow:
    async with connect() as conn:
        found = next((row for row in await all_channels(conn) if row.id == str(channel)), None)
    if found is None:
        raise _not_found()
    return found


def _not_found() -> NotFound:
    return NotFound("no such channel", code="CHANNEL_NOT_FOUND")


ROUTER = Router(
    "/",
    route_handlers=[
        list_channels,
        list_webhooks,
        get_channel,
        create_channel,
        create_webhook,
        change_channel,
        delete_channel,
        test_channel,
    ],
    tags=["channels"],
)
