"""Values of any type and content become clean text, numbers and addresses, and never an error."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.snmp.tables import addresses, cdp, entities, interfaces, lldp, system
from adapters.snmp.tables.table import Table
from adapters.snmp.values import identifier, mac, number, text
from domain.observation import OidValue

values = st.one_of(
    st.integers(-(2**63), 2**64),
    st.binary(max_size=40),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){1,12}", fullmatch=True),
)
indexes = st.lists(st.integers(0, 300), min_size=1, max_size=24).map(lambda arcs: ".".join(map(str, arcs)))


def found_in(table: Table) -> st.SearchStrategy[dict[str, OidValue]]:
    columns = st.integers(table.first, table.last)
    oids = st.tuples(columns, indexes).map(lambda pair: f"{table.oid(pair[0])}.{pair[1]}")
    return st.dictionaries(oids, values, max_size=12)


@given(values)
def test_text_is_clean_whatever_the_octets(value: OidValue) -> None:
    clean = text(value)
    assert all(character == "\n" or unicodedata.category(character) != "Cc" for character in clean)
    assert clean == clean.strip()
    clean.encode()


@given(st.text(alphabet=st.characters(exclude_categories=["Cc", "Cs"])))
def test_text_without_controls_is_kept(written: str) -> None:
    assert text(written.encode()) == written.strip()[:4096]


@given(values)
def test_values_of_any_type_are_read_or_left_out(value: OidValue) -> None:
    assert isinstance(number(value), int | None)
    assert set(identifier(value)) <= set("0123456789.")
    assert mac(value) == mac(value).lower()


@settings(max_examples=25)  # large inputs, each of which tries many cases
@given(
    found_in(interfaces.INTERFACES),
    found_in(interfaces.NAMES),
    found_in(addresses.IP_ADDRESSES),
    found_in(addresses.IPV4_ADDRESSES),
)
def test_interface_tables_of_any_content_make_interfaces(
    rows: dict[str, OidValue],
    names: dict[str, OidValue],
    all_addresses: dict[str, OidValue],
    v4: dict[str, OidValue],
) -> None:
    by_index = addresses.addresses(
        addresses.IP_ADDRESSES.columns(all_addresses), addresses.IPV4_ADDRESSES.columns(v4)
    )
    columns = (
        interfaces.INTERFACES.columns(rows) | interfaces.NAMES.columns(names) | interfaces.ALIASES.columns({})
    )
    ports = interfaces.interfaces(columns, by_index)
    assert [port.if_index for port in ports] == sorted({port.if_index for port in ports})


@settings(max_examples=25)  # large inputs, each of which tries many cases
@given(
    found_in(entities.ENTITIES),
    found_in(lldp.REMOTES),
    found_in(lldp.REMOTE_ADDRESSES),
    found_in(lldp.LOCAL_PORTS),
    found_in(cdp.CDP_CACHE),
)
def test_other_tables_of_any_content_are_read(
    physical: dict[str, OidValue],
    remotes: dict[str, OidValue],
    managed: dict[str, OidValue],
    local: dict[str, OidValue],
    cache: dict[str, OidValue],
) -> None:
    entities.entities(entities.ENTITIES.columns(physical))
    lldp.neighbours(
        lldp.REMOTES.columns(remotes),
        lldp.REMOTE_ADDRESSES.columns(managed),
        lldp.LOCAL_PORTS.columns(local),
        (),
    )
    cdp.neighbours(cdp.CDP_CACHE.columns(cache), ())


@given(st.dictionaries(st.sampled_from([*system.SYSTEM, *lldp.CHASSIS]), values))
def test_scalars_of_any_type_are_read(scalars: dict[str, OidValue]) -> None:
    group = system.system_group(scalars)
    assert group.uptime_s is None or group.uptime_s >= 0
    lldp.local_chassis_id(scalars)
