"""Settings: from the environment, from a file, and what stops the start."""

import re
from pathlib import Path

import pytest

from cli.config import ConfigurationError, load
from domain.configuration import Configuration

ROOT = Path(__file__).parents[3]


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(tmp_path):
    file = tmp_path / "netledger.toml"
    file.write_text('http_port = 9000\nhttp_host = "::1"\ndata_dir = "/srv/netledger"\n')
    configuration = load({"NETLEDGER_CONFIG": str(file), "NETLEDGER_HTTP_PORT": "9001"})
    assert (configuration.http_port, configuration.http_host) == (9001, "::1")
    assert configuration.data_dir == Path("/srv/netledger")
    assert configuration.workers == Configuration(data_dir=Path("/")).workers


def test_an_empty_variable_is_no_setting():
    assert load({"NETLEDGER_HTTP_PORT": ""}).http_port == 8080


@pytest.mark.parametrize(
    ("variable", "value", "reason"),
    [
        ("NETLEDGER_HTTP_PROT", "8080", "unknown setting NETLEDGER_HTTP_PROT"),
        ("NETLEDGER_HTTP_PORT", "eighty", "NETLEDGER_HTTP_PORT"),
        ("NETLEDGER_HTTP_PORT", "70000", "NETLEDGER_HTTP_PORT: a port is between"),
        ("NETLEDGER_WORKERS", "0", "NETLEDGER_WORKERS"),
        ("NETLEDGER_LOG_LEVEL", "loud", "NETLEDGER_LOG_LEVEL"),
        ("NETLEDGER_DATABASE_URL", "mysql://x", "NETLEDGER_DATABASE_URL: must begin with postgresql://"),
        ("NETLEDGER_NATS_URL", "localhost", "NETLEDGER_NATS_URL"),
        ("NETLEDGER_ADMIN_PASSWORD", "short", "NETLEDGER_ADMIN_PASSWORD"),
        ("NETLEDGER_CONFIG", "/nowhere/netledger.toml", "NETLEDGER_CONFIG"),
    ],
)
def test_an_unknown_or_bad_setting_is_named(variable, value, reason):
    with pytest.raises(ConfigurationError, match=re.escape(reason)):
        load({variable: value})


def test_a_bad_line_in_the_file_is_named_with_its_file(tmp_path):
    file = tmp_path / "netledger.toml"
    file.write_text("http_prot = 9000\n")
    with pytest.raises(ConfigurationError, match=r"http_prot in .*netledger\.toml"):
        load({}, file)
    file.write_text("http_port = \n")
    with pytest.raises(ConfigurationError, match="not valid TOML"):
        load({}, file)


def test_no_secret_shows_in_the_representation():
    configuration = load({"NETLEDGER_ADMIN_PASSWORD": "correct horse", "NETLEDGER_MASTER_KEY": "k" * 44})
    assert "correct horse" not in repr(configuration)
    assert "kkkk" not in repr(configuration)


def test_the_documentation_has_every_setting_and_no_other():
    table = (ROOT / "docs" / "configuration.md").read_text()
    documented = set(re.findall(r"^\| `(NETLEDGER_[A-Z_]+)`", table, re.MULTILINE))
    assert documented == {"NETLEDGER_CONFIG"} | {
        f"NETLEDGER_{field.upper()}" for field in Configuration.__struct_fields__
    }
