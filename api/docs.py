"""The interactive API reference, served whole from here: no script, font or style comes from the internet."""

from importlib.util import find_spec
from pathlib import Path

from litestar import Response, Router, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import File, Redirect

from api.health import OPEN

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'"
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Netledger API</title>
<link rel="icon" href="/api/v1/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/api/v1/docs/assets/swagger-ui.css">
</head>
<body>
<noscript>The schema is at <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>.</noscript>
<div id="reference"></div>
<script src="/api/v1/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/v1/docs/assets/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  dom_id: "#reference",
  deepLinking: true,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    const token = document.cookie.match(/(?:^|; )netledger_csrf=([0-9a-f]+)/);
    if (token && request.method !== "GET") request.headers["X-CSRF-Token"] = token[1];
    return request;
  },
});
"""


def _folder() -> Path:
    spec = find_spec("swagger_ui")
    assert spec is not None and spec.origin is not None  # a dependency of ours
    return Path(spec.origin).parent / "static"


@get("/docs", include_in_schema=False, media_type="text/html", opt=OPEN)
async def docs() -> Response[str]:
    return Response(_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


@get("/docs/assets/{name:str}", include_in_schema=False, opt=OPEN)
async def asset(name: FromPath[str]) -> Response[str] | File:
    if name == "start.js":
        return Response(_START, media_type="text/javascript")
    if name not in _ASSETS:
        raise NotFoundException(f"no such file: {name}")
    return File(_folder() / name, media_type=_ASSETS[name], content_disposition_type="inline")


@get("/", include_in_schema=False, opt=OPEN)
async def root() -> Redirect:
    """Leads to the API's own pages, where the web application is not built."""
    return Redirect("/api/v1/docs")


ROUTER = Router("/", route_handlers=[docs, asset])
