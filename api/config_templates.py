"""Templates of configurations: write, version, restore, and preview without sending anything."""

from typing import Annotated, Any
from uuid import UUID, uuid4

import msgspec
from litestar import Response, Router, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.caller import engineer, viewer
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, decode_cursor, page_of
from api.provided import Connect, Do, Engine, Regexes
from domain.errors import Conflict, NotFound
from domain.template import (
    TEMPLATE,
    Body,
    ChangeTemplate,
    CreateTemplate,
    DeleteTemplate,
    Template,
    TemplateContent,
    Variables,
    content,
)
from domain.template_rendering import check_template, contexts, placeholder, refusal
from domain.template_variables import filled, secret_names
from projections import templates
from projections.template_device import TemplateDevice, template_device
from projections.templates import TemplateRow, TemplateVersion

SEEN = "templates"
READS = {"reads": (SEEN,)}


class PreviewRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Values of the declared variables; secret ones may be left out, since a preview never shows them."""

    device_id: UUID | None = None
    variables: dict[str, Any] = {}


class DraftPreview(PreviewRequest, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template that need not be stored. `declared` are its variables, `variables` their values."""

    body: Body
    declared: Variables = []


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """The text as it would be made for the device; a placeholder stands for each secret."""

    text: str
    device_id: str | None
    template_id: str | None
    version: int | None


@get("/config/templates", guards=[viewer], opt=READS)
async def list_templates(
    connect: Connect,
    platform: Annotated[str | None, QueryParameter(max_length=100, description="those usable on it")] = None,
    q: Annotated[
        str | None, QueryParameter(max_length=255, description="text in name or description")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[TemplateRow]:
    """By name."""
    after = decode_cursor(cursor, tuple[str, UUID])
    async with connect() as conn:
        rows = await templates.find(
            conn,
            limit=limit + 1,
            platform=platform,
            q=q,
            after=(after[0], str(after[1])) if after else None,
        )
    return page_of(rows, limit, lambda row: (row.name.lower(), row.id))


@get("/config/templates/{template:uuid}", guards=[viewer], opt=READS)
async def get_template(template: FromPath[UUID], connect: Connect) -> TemplateRow:
    """Its present version; `variables` describe the form that asks for its values."""
    return await template_row(connect, template)


@post("/config/templates", guards=[engineer])
async def create_template(
    data: JSONBody[CreateTemplate], commands: Do, connect: Connect, engine: Engine, regexes: Regexes
) -> Response[TemplateRow]:
    """400 names line and field of what is wrong with it; 409 where another has the name."""
    await check_template(msgspec.convert(content(data), Template), engine, regexes)
    async with connect() as conn:
        holder = await templates.named(conn, data.name)
    # Put to the one of this name, the command is refused, unless this request is a retry of what made it.
    intent = TEMPLATE.to(holder or uuid4(), data, new=holder is None)
    outcome = await commands.do(intent, seen_by=SEEN)
    made = outcome.events[0].originator_id
    return await commands.answer(await template_row(connect, made), status=201)


@put("/config/templates/{template:uuid}", guards=[engineer])
async def change_template(
    template: FromPath[UUID],
    data: JSONBody[TemplateContent],
    commands: Do,
    connect: Connect,
    engine: Engine,
    regexes: Regexes,
) -> Response[TemplateRow]:
    """A new version, where anything differs."""
    await template_row(connect, template)
    await check_template(msgspec.convert(content(data), Template), engine, regexes)
    change = msgspec.convert({**content(data), "reason": data.reason}, ChangeTemplate)
    await _free(connect, data.name, template)
    await commands.do(TEMPLATE.to(template, change), seen_by=SEEN)
    return await commands.answer(await template_row(connect, template))


@delete("/config/templates/{template:uuid}", guards=[engineer], status_code=200)
async def delete_template(
    template: FromPath[UUID],
    commands: Do,
    connect: Connect,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[TemplateRow]:
    """It is no longer listed or applied; reverting the audit entry brings it back."""
    await commands.do(TEMPLATE.to(template, DeleteTemplate(reason=why(data, reason))), seen_by=SEEN)
    return await commands.answer(await template_row(connect, template, deleted=True))


@get("/config/templates/{template:uuid}/versions", guards=[viewer], opt=READS)
async def list_versions(
    template: FromPath[UUID], connect: Connect, limit: Limit = 50, cursor: Cursor = None
) -> Page[TemplateVersion]:
    """The newest first, also of a deleted template."""
    await template_row(connect, template, deleted=True)
    after = decode_cursor(cursor, tuple[Annotated[int, msgspec.Meta(ge=0, lt=2**31)]])
    async with connect() as conn:
        rows = await templates.versions(
            conn, str(template), limit=limit + 1, below=after[0] if after else None
        )
    return page_of(rows, limit, lambda row: (row.version,))


@get("/config/templates/{template:uuid}/versions/{version:int}", guards=[viewer], opt=READS)
async def get_version(template: FromPath[UUID], version: FromPath[int], connect: Connect) -> TemplateVersion:
    """One version, whole."""
    return await _version(connect, template, version)


@post("/config/templates/{template:uuid}/versions/{version:int}/restore", guards=[engineer], status_code=200)
async def restore_version(
    template: FromPath[UUID],
    version: FromPath[int],
    commands: Do,
    connect: Connect,
    data: JSONBody[Reason | None] = None,
) -> Response[TemplateRow]:
    """The old content becomes a new version; nothing happens where it is the present one."""
    old = await _version(connect, template, version)
    values = {
        field: getattr(old, field) for field in ("name", "body", "description", "platforms", "variables")
    }
    change = ChangeTemplate(**values, restored_from=version, reason=data.reason if data else "")
    await _free(connect, old.name, template)
    await commands.do(TEMPLATE.to(template, change), seen_by=SEEN)
    return await commands.answer(await template_row(connect, template))


@post("/config/templates/{template:uuid}/preview", guards=[engineer], status_code=200)
async def preview(
    template: FromPath[UUID],
    connect: Connect,
    engine: Engine,
    regexes: Regexes,
    data: JSONBody[PreviewRequest | None] = None,
) -> Preview:
    """Renders for a device, or for none, and sends nothing. 400 names the variables that do not fit, 422 the line."""
    row = await template_row(connect, template)
    wanted = data or PreviewRequest()
    text = await _rendered(connect, engine, regexes, row.body, row.variables, wanted)
    return Preview(
        text=text,
        device_id=str(wanted.device_id) if wanted.device_id else None,
        template_id=row.id,
        version=row.version,
    )


@post("/config/templates/preview", guards=[engineer], status_code=200)
async def preview_draft(
    data: JSONBody[DraftPreview], connect: Connect, engine: Engine, regexes: Regexes
) -> Preview:
    """The same for a template that is still being written."""
    draft = Template(name="draft", body=data.body, variables=data.declared)
    await check_template(draft, engine, regexes)
    text = await _rendered(connect, engine, regexes, data.body, data.declared, data)
    return Preview(
        text=text, device_id=str(data.device_id) if data.device_id else None, template_id=None, version=None
    )


async def _rendered(
    connect: Connect,
    engine: Engine,
    regexes: Regexes,
    body: str,
    variables: Variables,
    wanted: PreviewRequest,
) -> str:
    secret = secret_names(variables)
    unasked = [each for each in variables if each.name not in secret or each.name in wanted.variables]
    values = filled(unasked, wanted.variables, regexes)
    values |= {name: placeholder(name) for name in secret}
    device = await device_facts(connect, wanted.device_id) if wanted.device_id else None
    (rendered,) = await engine.render(body, contexts(values, [device], variables, hide_secrets=True))
    if rendered.fault is not None:
        raise refusal(rendered.fault)
    return rendered.text


async def device_facts(connect: Connect, device: UUID) -> TemplateDevice:
    """What a template is told of it. Raises NotFound."""
    async with connect() as conn:
        found = await template_device(conn, str(device))
    if found is None:
        raise NotFound("no such device", code="DEVICE_NOT_FOUND", field="device_id")
    return found


async def template_row(connect: Connect, template: UUID, *, deleted: bool = False) -> TemplateRow:
    """Raises NotFound; for a deleted one too, unless `deleted`."""
    async with connect() as conn:
        row = await templates.one(conn, str(template))
    if row is None or (row.state != "active" and not deleted):
        raise NotFound("no such template", code="TEMPLATE_NOT_FOUND")
    return row


async def _version(connect: Connect, template: UUID, version: int) -> TemplateVersion:
    async with connect() as conn:
        found = (
            await templates.versions(conn, str(template), limit=1, below=version + 1)
            if 0 < version < 2**31 - 1
            else []
        )
    if not found or found[0].version != version:
        raise NotFound("the template has no such version", code="TEMPLATE_VERSION_NOT_FOUND")
    return found[0]


async def _free(connect: Connect, name: str, own: UUID) -> None:
    """Raises Conflict where another active template has the name."""
    async with connect() as conn:
        holder = await templates.named(conn, name)
    if holder is not None and holder != str(own):
        raise Conflict(f"another template is called {name}", code="TEMPLATE_EXISTS", field="name", id=holder)


ROUTER = Router(
    "/",
    route_handlers=[
        list_templates,
        get_template,
        create_template,
        change_template,
        delete_template,
        list_versions,
        get_version,
        restore_version,
        preview,
        preview_draft,
    ],
    tags=["templates"],
)
