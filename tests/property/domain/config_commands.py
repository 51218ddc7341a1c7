"""Hypothesis strategies of commands on configurations."""

from hypothesis import strategies as st

from domain.config_commands import (
    AcceptHostKey,
    RecordBackup,
    RecordFailedRestore,
    RecordRestore,
    RequestRestore,
    SeeHostKey,
    TagBackup,
)
from domain.config_ports import RejectedLine
from domain.config_text import ConfigAuthor
from tests.property.domain.texts import DEVICE_IDS, OPERATIONS, OPTIONAL_DEVICE, TEXT

_KEYS = st.sampled_from([f"ssh-ed25519 SHA256:{letter * 43}" for letter in "ABC"])
_BACKUPS = st.sampled_from([f"b0000000-0000-4000-8000-00000000000{n}" for n in range(3)])
_REJECTED = st.none() | st.builds(RejectedLine, number=st.integers(0, 9), line=TEXT, answer=TEXT)
CONFIG = st.one_of(
    st.builds(SeeHostKey, device_id=DEVICE_IDS, host_key=_KEYS),
    st.builds(AcceptHostKey, device_id=DEVICE_IDS, host_key=_KEYS),
    st.builds(RecordBackup, device_id=DEVICE_IDS, backup_id=_BACKUPS, content=st.sampled_from(["c1", "c2"]), platform=st.just("ios"), size_bytes=st.integers(0, 2**40), lines=st.integers(0, 9), author=st.builds(ConfigAuthor, by=TEXT, at=TEXT, action=TEXT), operation_id=OPTIONAL_DEVICE),
    st.builds(TagBackup, backup_id=_BACKUPS, tag=st.sampled_from([None, "stable", "experimental"]), note=TEXT),
    st.builds(RequestRestore, backup_id=_BACKUPS, operation_id=OPERATIONS, confirm_within_s=st.none() | st.integers(30, 600)),
    st.builds(RecordRestore, backup_id=_BACKUPS, operation_id=OPERATIONS, before_id=_BACKUPS, after_id=_BACKUPS, lines=st.integers(0, 9), confirmed_by=TEXT, missing=st.lists(TEXT, max_size=2).map(tuple), observed=st.booleans()),
    st.builds(RecordFailedRestore, backup_id=_BACKUPS, operation_id=OPERATIONS, before_id=_BACKUPS, state=st.sampled_from(["rolled_back", "reverting", "differs"]), message=TEXT, rejected=_REJECTED),
)  # fmt: skip
