"""Hypothesis strategies of commands on PPPoE customers."""

from hypothesis import strategies as st

from domain.customer_commands import (
    AbandonChange,
    AddCustomer,
    AdoptDrift,
    ConcludeIsolation,
    ConcludeRelease,
    EndDrift,
    LoseCustomer,
    RecordSecret,
    RemoveCustomer,
    ReportDrift,
    ReportEscape,
    RequestIsolation,
    RequestRelease,
    SecretFacts,
    StartIsolation,
    StartRelease,
)
from domain.router_isolation import IsolationMemento, IsolationPlan, SessionObservation
from domain.router_secrets import FieldDifference, PppSecret
from tests.property.domain.texts import ADDRESSES, DEVICE_IDS, IDS, OPERATIONS, SHORT, TEXT

_METHODS = st.sampled_from(["disable", "profile", "address-list"])
_FACTS = st.builds(
    SecretFacts,
    profile=st.sampled_from(["home", "family", "isolated"]),
    disabled=st.booleans(),
    remote_address=st.sampled_from(["", "10.0.0.7"]),
)
_MEMENTOS = st.builds(
    IsolationMemento,
    plan=st.builds(
        IsolationPlan, method=_METHODS, profile=st.just("isolated"), address_list=st.just("isolated")
    ),
    before=st.builds(PppSecret, secret_id=st.just("*1"), name=SHORT, profile=st.just("home"), comment=TEXT),
)
_SEEN = st.builds(SessionObservation, state=st.sampled_from(["none", "gone", "kept"]), address=ADDRESSES)
CUSTOMER = st.one_of(
    st.builds(AddCustomer, router_id=DEVICE_IDS, username=SHORT, facts=_FACTS, comment=TEXT, password_id=IDS, source=st.sampled_from(["import", "engineer"])),
    st.builds(RequestIsolation, operation_id=OPERATIONS, method=_METHODS, ended=st.just("") | OPERATIONS, again=st.booleans()),
    st.builds(ReportEscape, session=st.builds(SessionObservation, state=st.just("returned_unrestricted"))),
    st.builds(RequestRelease, operation_id=OPERATIONS, ended=st.just("") | OPERATIONS),
    st.builds(StartIsolation, operation_id=OPERATIONS, memento=_MEMENTOS),
    st.builds(StartRelease, operation_id=OPERATIONS),
    st.builds(ConcludeIsolation, operation_id=OPERATIONS, effective=st.booleans(), changed=st.booleans(), session=_SEEN, notes=st.lists(TEXT, max_size=2).map(tuple)),
    st.builds(ConcludeRelease, operation_id=OPERATIONS, changed=st.booleans(), session=st.none() | _SEEN, differences=st.lists(st.builds(FieldDifference, field=st.sampled_from(["profile", "comment"]), expected=TEXT, found=TEXT), max_size=2).map(tuple)),
    st.builds(AbandonChange, operation_id=OPERATIONS, code=st.just("ROUTER_TRAP"), message=TEXT, restored=st.booleans()),
    st.builds(LoseCustomer, operation_id=OPERATIONS, message=TEXT),
    st.builds(RecordSecret, facts=_FACTS, comment=TEXT, password_id=st.just("") | IDS),
    st.builds(RemoveCustomer),
    st.builds(ReportDrift, differences=st.lists(st.builds(FieldDifference, field=st.just("profile"), expected=TEXT, found=TEXT), max_size=1).map(tuple), comment_differs=st.booleans(), missing=st.booleans()),
    st.builds(EndDrift),
    st.builds(AdoptDrift, facts=st.none() | _FACTS, comment=TEXT),
)  # fmt: skip
