"""The schema of the API, without a running instance."""

from pathlib import Path

import msgspec

from adapters.vault.master_key import MasterKey
from api.app import create_app
from api.openapi import completed
from domain.configuration import Configuration


def api_schema() -> bytes:
    """OpenAPI as JSON, as /api/v1/openapi.json answers it; the same bytes for the same API."""
    nowhere = Configuration(
        data_dir=Path("/nonexistent"),
        database_url="postgresql://127.0.0.1:1/none",
        nats_url="nats://127.0.0.1:1",
    )
    app = create_app(nowhere, MasterKey(bytes(32)))  # nothing is opened before it starts
    return msgspec.json.encode(completed(app.openapi_schema.to_schema(), app), order="sorted")
