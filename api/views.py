"""Views of lists that the caller keeps under names, so that they follow them to another browser."""

from typing import Annotated

from litestar import Response, Router, delete, get, put
from litestar.params import FromQuery, JSONBody, QueryParameter

from api.caller import AnyRequest, viewer
from api.commands import Reason, why
from api.pages import Cursor, Limit, Page, page_of_all
from api.provided import Connect, Do
from api.user_body import own_id
from api.users import READS, SEEN
from domain.errors import NotFound
from domain.user import USER
from domain.user_views import ForgetView, ListName, SaveView, UserViewForgotten, View, ViewName
from projections.accounts import views_of


class SavedView(View, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view of one list: filters, order and columns under a name. `table` names the list, as `devices`."""

    table: ListName
    name: ViewName


class ViewToSave(SavedView, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view of the same name is replaced."""

    reason: str = ""


@get("/users/me/views", guards=[viewer], opt=READS)
async def list_views(
    request: AnyRequest,
    connect: Connect,
    table: Annotated[ListName | None, QueryParameter()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SavedView]:
    """The caller's own, by list and name; all of them, or those of one list."""
    kept: dict[str, dict[str, View]] = {}  # an API key has none
    if request.user.kind == "user":
        async with connect() as conn:
            kept = await views_of(conn, request.user.id)
    items = [
        SavedView(table=each, name=name, search=view.search, columns=view.columns)
        for each, named in kept.items()
        if table in (None, each)
        for name, view in named.items()
    ]
    return page_of_all(items, limit, cursor, lambda view: (view.table, view.name))


@put("/users/me/views", guards=[viewer])
async def save_view(request: AnyRequest, data: JSONBody[ViewToSave], commands: Do) -> Response[SavedView]:
    """Keeps a view under its name; one of that name is replaced."""
    view = View(search=data.search, columns=data.columns)
    command = SaveView(table=data.table, name=data.name, view=view, reason=data.reason)
    await commands.do(USER.to(own_id(request.user), command), seen_by=SEEN)
    return await commands.answer(
        SavedView(table=data.table, name=data.name, search=view.search, columns=view.columns)
    )


@delete("/users/me/views", guards=[viewer], status_code=200)
async def forget_view(
    request: AnyRequest,
    table: FromQuery[ListName],
    name: FromQuery[ViewName],
    commands: Do,
    data: JSONBody[Reason | None] = None,
    reason: FromQuery[str] = "",
) -> Response[SavedView]:
    """Answers what it was; the audit entry can be reverted."""
    command = ForgetView(table=table, name=name, reason=why(data, reason))
    outcome = await commands.do(USER.to(own_id(request.user), command), seen_by=SEEN)
    for recorded in outcome.events:
        if isinstance(event := recorded.event, UserViewForgotten):
            return await commands.answer(
                SavedView(table=table, name=name, search=event.old.search, columns=event.old.columns)
            )
    raise NotFound(f"no view of {table} is called {name}", code="VIEW_NOT_FOUND")


ROUTER = Router("/", route_handlers=[list_views, save_view, forget_view], tags=["users"])
