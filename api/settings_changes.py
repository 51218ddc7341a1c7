"""A change of settings: the same tree as the settings, of which everything may be left out."""

from typing import TYPE_CHECKING, Any, get_args, get_origin, get_type_hints

import msgspec

from domain.settings import Settings


def _part(struct: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The struct with every field optional, so that a new setting needs no second schema."""
    fields = [(name, _optional(hint), msgspec.UNSET) for name, hint in _hints(struct).items()]
    return _struct(f"{struct.__name__}Changes", fields, "What is left out stays.")


def _optional(hint: Any) -> Any:
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        hint = _part(hint)
    elif get_origin(hint) is dict:
        key, value = get_args(hint)
        hint = dict[key, value | None]  # type: ignore[valid-type]  # null takes an entry out
    return hint | msgspec.UnsetType


def _hints(struct: type[msgspec.Struct]) -> dict[str, Any]:
    return get_type_hints(struct, include_extras=True)


def _struct(name: str, fields: list[Any], doc: str) -> type[msgspec.Struct]:
    return msgspec.defstruct(
        name,
        fields,
        namespace={"__doc__": doc},
        module=__name__,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        omit_defaults=True,
    )


if TYPE_CHECKING:

    class SettingsChanges(msgspec.Struct):
        """What is left out stays; null takes an entry of a table out. The reason ends in the audit."""

        reason: str = ""

else:
    SettingsChanges = _struct(
        "SettingsChanges",
        [
            *((name, _optional(hint), msgspec.UNSET) for name, hint in _hints(Settings).items()),
            ("reason", str, ""),
        ],
        "What is left out stays; null takes an entry of a table out. The reason ends in the audit.",
    )


def flattened(changes: SettingsChanges, present: Settings) -> dict[str, Any]:
    """The changes as path -> new value, as the settings' command takes them."""
    flat: dict[str, Any] = {}
    tree: dict[str, Any] = msgspec.to_builtins(changes)
    tree.pop("reason", None)
    for name, part in tree.items():
        known = getattr(present, name)
        if isinstance(known, dict):
            merged = {**known, **part}
            flat[name] = {key: value for key, value in merged.items() if value is not None}
        elif isinstance(part, dict):
            flat.update({f"{name}/{field}": value for field, value in part.items()})
        else:
            flat[name] = part
    return flat
