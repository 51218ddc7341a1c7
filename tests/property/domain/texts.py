"""Hypothesis strategies of texts, ids and addresses, from pools small enough that commands meet."""

from typing import Any

from hypothesis import strategies as st

TEXT = st.one_of(
    st.sampled_from(
        [
            "",
            "core-1",
            "n/a",
            "a\nb\r\nc",
            "'; DROP TABLE x; --",
            "\u202eabc",
            "日本 \\u0000",
            "x" * 400,
        ]
    ),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12),
)
SHORT = TEXT.map(lambda text: text[:100] or "x")
DEVICE_IDS = st.sampled_from([f"00000000-0000-4000-8000-00000000000{n}" for n in range(3)])
OPTIONAL_DEVICE = st.one_of(st.just(""), DEVICE_IDS)
IDS = st.sampled_from(["6b1f7a52-9f53-4a3e-8a3d-111111111111", "6b1f7a52-9f53-4a3e-8a3d-222222222222"])
ADDRESSES = st.sampled_from(["192.0.2.1", "192.0.2.2", "2001:db8::1", "198.51.100.7"])
JSON = st.dictionaries(TEXT, st.one_of(st.none(), st.booleans(), st.integers(-9, 2**53), TEXT, st.lists(TEXT, max_size=2)), max_size=3)  # fmt: skip
EVIDENCE = st.dictionaries(SHORT, TEXT, max_size=2)
WILD_NUMBER = st.one_of(st.none(), st.integers(0, 9), st.sampled_from([-1, 2**31, 2**63, 2**64 - 1]))
LABELS = st.lists(SHORT, max_size=2).map(tuple)
OPERATIONS = st.sampled_from(["op-1", "op-2", "op-3"])


def maybe(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)
