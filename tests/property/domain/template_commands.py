"""Hypothesis strategies of commands on templates."""

from hypothesis import strategies as st

from domain.config_dialects import PLATFORMS
from domain.event import Command
from domain.template import ChangeTemplate, CreateTemplate, DeleteTemplate, UndeleteTemplate
from domain.template_variables import Variable

_NAMES = st.sampled_from(["ntp", "vlan", " ", "a\nb", "日本"])
_VARIABLES = st.lists(
    st.builds(
        Variable,
        name=st.sampled_from(["vlan", "server", "device", "1st", "x" * 64]),
        type=st.sampled_from(["string", "int", "secret", "list"]),
        default=st.sampled_from([None, 7, "x", ["a"]]),
    ),
    max_size=2,
)
_PLATFORMS = st.lists(st.sampled_from([*PLATFORMS[:3], "zx81"]), max_size=2)
_BODIES = st.sampled_from(["vlan {{ vlan }}\n", "ntp server {{ server }}", "x"])

TEMPLATE: st.SearchStrategy[Command] = st.one_of(
    st.builds(CreateTemplate, name=_NAMES, body=_BODIES, platforms=_PLATFORMS, variables=_VARIABLES),
    st.builds(ChangeTemplate, name=_NAMES, body=_BODIES, platforms=_PLATFORMS, variables=_VARIABLES),
    st.builds(ChangeTemplate, body=_BODIES, restored_from=st.sampled_from([None, 1])),
    st.builds(DeleteTemplate),
    st.builds(UndeleteTemplate),
)
PLAIN_TEMPLATE: list[Command] = [
    CreateTemplate(name="vlan", body="vlan {{ vlan }}\n", variables=[Variable(name="vlan", type="int")]),
    ChangeTemplate(body="vlan {{ vlan }}\n name x\n", description="two lines"),
    ChangeTemplate(platforms=["ios"], variables=[Variable(name="vlan", type="int", default=7)]),
    DeleteTemplate(),
    UndeleteTemplate(),
]
