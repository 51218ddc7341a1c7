"""The commands of `netledger user`."""

from typing import Annotated

import typer

from cli import users
from cli.invocation import in_console, terminal
from domain.role import Role

app = typer.Typer(help="Accounts.", no_args_is_help=True)


@app.command("list")
def user_list() -> None:
    """Show all users."""
    in_console(lambda console: users.show(console, terminal))


@app.command("create")
def user_create(
    username: Annotated[str, typer.Argument(help="letters, digits and . _ @ -")],
    role: Annotated[Role, typer.Option(help="what the user may do")] = "viewer",
    email: Annotated[str, typer.Option(help="sealed in the ledger")] = "",
) -> None:
    """Create a user with a generated password."""
    in_console(lambda console: users.create(console, terminal, username, role, email))


@app.command("passwd")
def user_passwd(username: str) -> None:
    """Give a user a new generated password."""
    in_console(lambda console: users.set_password(console, terminal, username))


@app.command("disable")
def user_disable(username: str) -> None:
    """Keep a user from logging in."""
    in_console(lambda console: users.set_disabled(console, username, disabled=True))


@app.command("enable")
def user_enable(username: str) -> None:
    """Let a disabled user log in again."""
    in_console(lambda console: users.set_disabled(console, username, disabled=False))
