"""Names as this system resolves them, without asking anything outside of it."""

from adapters.resolver import SystemResolver


async def test_the_name_of_this_host_resolves() -> None:
    addresses = await SystemResolver().addresses("localhost")
    assert set(addresses) <= {"127.0.0.1", "::1"}
    assert addresses
    assert len(set(addresses)) == len(addresses)


async def test_an_address_is_its_own_name() -> None:
    assert await SystemResolver().addresses("127.0.0.7") == ("127.0.0.7",)


async def test_what_cannot_be_a_name_has_no_address() -> None:
    for name in ("x" * 300, "a..b"):
        assert await SystemResolver().addresses(name) == ()


async def test_no_answer_in_time_is_no_address() -> None:
    assert await SystemResolver(timeout_s=0.0).addresses("localhost") == ()
