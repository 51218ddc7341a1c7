"""What a router says when it refuses, mapped to the product's error codes."""

from domain.router_ports import RouterError, RouterErrorCode

# First match wins: RouterOS gives most refusals no category, so its words come first.
_WORDS: tuple[tuple[str, RouterErrorCode], ...] = (
    ("invalid user name or password", "ROUTER_LOGIN_REFUSED"),
    ("cannot log in", "ROUTER_LOGIN_REFUSED"),
    ("not enough permissions", "ROUTER_PERMISSION_DENIED"),
    ("no such command", "ROUTER_COMMAND_UNKNOWN"),
    ("no such item", "ROUTER_ITEM_NOT_FOUND"),
    ("already exists", "ROUTER_ITEM_EXISTS"),
    ("already have such", "ROUTER_ITEM_EXISTS"),
    ("input does not match", "ROUTER_ARGUMENT_REFUSED"),
    ("invalid value", "ROUTER_ARGUMENT_REFUSED"),
    ("unknown parameter", "ROUTER_ARGUMENT_REFUSED"),
    ("missing value", "ROUTER_ARGUMENT_REFUSED"),
)
# https://help.mikrotik.com/docs/spaces/ROS/pages/47579160/API: 0 missing item or command, 1 argument value failure.
_CATEGORIES: dict[int | None, RouterErrorCode] = {0: "ROUTER_ITEM_NOT_FOUND", 1: "ROUTER_ARGUMENT_REFUSED"}


def trap_code(message: str, category: int | None) -> RouterErrorCode:
    for words, code in _WORDS:
        if words in message:
            return code
    return _CATEGORIES.get(category, "ROUTER_TRAP")


def trap_error(command: str, message: str, category: int | None) -> RouterError:
    """`message` is text already; the arguments of the command are left out, since passwords are among them."""
    return RouterError(
        trap_code(message, category),
        f"the router refused {command}: {message}",
        sent=True,
        command=command,
        words=message,
        category=category,
    )
