"""What can be said of the container files without a container engine."""

import re
from pathlib import Path

import yaml

from cli.main import app
from domain.configuration import Configuration

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
KNOWN = {f"NETLEDGER_{field.upper()}" for field in Configuration.__struct_fields__}


def _commands() -> set[str]:
    return {command.name or command.callback.__name__ for command in app.registered_commands}


def test_every_service_has_a_health_check_and_comes_back():
    assert set(COMPOSE["services"]) == {"postgres", "nats", "api", "worker"}
    for service in COMPOSE["services"].values():
        assert service["healthcheck"]["test"]
        assert service["restart"] == "unless-stopped"


def test_our_services_wait_for_healthy_servers_and_run_commands_that_exist():
    for name in ("api", "worker"):
        service = COMPOSE["services"][name]
        assert {d["condition"] for d in service["depends_on"].values()} == {"service_healthy"}
        assert set(service["depends_on"]) == {"postgres", "nats"}
        assert service["command"][0] in _commands()
    assert COMPOSE["services"]["worker"]["healthcheck"]["test"][2] in _commands()


def test_every_setting_given_is_one_that_we_know():
    for name in ("api", "worker"):
        given = {key for key in COMPOSE["services"][name]["environment"] if key.startswith("NETLEDGER_")}
        assert given <= KNOWN
    assert set(re.findall(r"(NETLEDGER_[A-Z_]+)=", DOCKERFILE)) <= KNOWN


def test_data_lies_in_volumes_and_no_secret_lies_in_the_files():
    mounted = [m for s in COMPOSE["services"].values() for m in s.get("volumes", [])]
    assert {mount.split(":")[0] for mount in mounted} == set(COMPOSE["volumes"])
    for service in COMPOSE["services"].values():
        for key, value in service.get("environment", {}).items():
            if any(word in key for word in ("PASSWORD", "KEY", "URL")):
                assert "${" in value


def test_the_secrets_that_compose_asks_for_are_those_that_the_script_writes():
    asked = set(re.findall(r"\$\{([A-Z_]+):\?", (ROOT / "compose.yaml").read_text()))
    written = set(re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "make-secrets").read_text(), re.MULTILINE))
    assert asked == written


def test_the_image_holds_every_package_and_runs_without_root():
    copied = set(re.findall(r"^COPY (\w+) \1$", DOCKERFILE, re.MULTILINE))
    packages = {"domain", "adapters", "projections", "api", "workers", "cli", "lab"}
    assert copied == packages
    assert re.search(r"^USER netledger$", DOCKERFILE, re.MULTILINE)
