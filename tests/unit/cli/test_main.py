"""What is wrong with a command line is told before anything is begun."""

import pytest
from typer.testing import CliRunner

from cli.config import ConfigurationError
from cli.main import app


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["discover", "10.0.0.1", "--probe", "snpm"], "no probe snpm; there are icmp, snmp"),
        (["worker", "--only", "relay", "--only", "pollerr"], "no service pollerr; there are projector"),
    ],
)
def test_a_word_that_is_none_of_a_list_is_refused_with_the_list(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(app, arguments)
    assert isinstance(result.exception, ConfigurationError)
    assert str(result.exception).startswith(told)


@pytest.mark.parametrize(
    "arguments",
    [
        ["devices", "--status", "upp"],
        ["devices", "--limit", "0"],
        ["audit", "--limit", "0"],
        ["user", "create", "ada", "--role", "boss"],
    ],
)
def test_a_value_that_cannot_be_is_refused(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "Invalid value" in result.output
