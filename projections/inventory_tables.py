"""The tables of the inventory: devices, interfaces and neighbours as they are, and their history."""

from projections.tables import Table

FACTS = (
    "vendor", "model", "os", "os_name", "os_version", "serial", "type", "sys_name", "sys_descr", "sys_object_id",
    "contact", "location", "engine_id", "chassis_id", "mac",
)  # fmt: skip

DEVICES = Table(
    "devices",
    {
        "id": "uuid",
        "state": "text NOT NULL",
        "status": "text NOT NULL",
        "reachability": "text NOT NULL",
        "maintenance": "text[] NOT NULL",
        "status_since": "timestamptz NOT NULL",
        "site": "text NOT NULL",
        "address": "text NOT NULL",
        "addresses": "text[] NOT NULL",
        "identities": "text[] NOT NULL",
        "name": "text NOT NULL",
        "sort_key": 'text COLLATE "C" NOT NULL',
        "given_name": "text NOT NULL",
        **dict.fromkeys(FACTS, "text NOT NULL"),
        "labels": "text[] NOT NULL",
        "owner": "text NOT NULL",
        "notes": "text NOT NULL",
        "credential_ids": "text[] NOT NULL",
        "depends_on": "text[] NOT NULL",
        "access_id": "text NOT NULL",
        "identified": "boolean NOT NULL",
        "chassis": "jsonb NOT NULL",
        "merged_into": "text NOT NULL",
        "apart": "text[] NOT NULL",
        "first_seen": "timestamptz NOT NULL",
        "changed_at": "timestamptz NOT NULL",
        "position": "bigint NOT NULL",
        # What a list shows, as it is answered, so that a page costs PostgreSQL next to nothing.
        "listed": "json NOT NULL",
    },
    key=("id",),
    indexes=(
        "(sort_key, id)",
        "(state, status)",
        "(vendor)",
        "USING gin (identities)",
        "USING gin (addresses)",
    ),
)
HISTORY = Table(
    "history",
    {"id": "uuid", "position": "bigint", "at": "timestamptz NOT NULL", "row": "jsonb NOT NULL"},
    key=("id", "position"),
    indexes=("(at)",),
    append_only=True,
)
INTERFACES = Table(
    "interfaces",
    {
        "device_id": "uuid",
        "if_index": "bigint",
        "name": "text NOT NULL",
        "description": "text NOT NULL",
        "alias": "text NOT NULL",
        "type": "bigint",
        "mtu": "bigint",
        "mac": "text NOT NULL",
        "addresses": "text[] NOT NULL",
        "speed_bps": "bigint",
        "admin_status": "text NOT NULL",
        "oper_status": "text NOT NULL",
    },
    key=("device_id", "if_index"),
)
NEIGHBOURS = Table(
    "neighbours",
    {"device_id": "uuid", "link": "text", "neighbour": "jsonb NOT NULL"},
    key=("device_id", "link"),
)
NEIGHBOUR_HISTORY = Table(
    "neighbour_history",
    # The neighbour as it was from then on; null: no longer seen.
    {
        "device_id": "uuid",
        "link": "text",
        "position": "bigint",
        "at": "timestamptz NOT NULL",
        "neighbour": "jsonb",
    },
    key=("device_id", "link", "position"),
    append_only=True,
)
