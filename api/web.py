"""Serves the built web application at `/`: hashed assets cached for ever, any other path leads to its one page."""

import gzip
import hashlib
from pathlib import Path, PurePosixPath

import msgspec
from litestar.datastructures import Headers
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

BUILT = Path(__file__).resolve().parents[1] / "web" / "dist"
"""Beside this package, in a checkout as when installed."""
_OURS = ("/api/", "/metrics")
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self';"
    " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""No script but our files. Style attributes and elements are allowed: editors, terminals and menus place themselves with them."""
_PAGE_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK = "no-cache"
_LEVEL = 6


class _File(msgspec.Struct, frozen=True):
    """A file as it is sent; `packed` is its gzip form where that is shorter."""

    body: bytes
    packed: bytes | None
    media_type: str
    etag: str
    cache: str


def load(folder: Path) -> dict[str, _File]:
    """All files of a build by their URL path; none where there is no build. A few megabytes, read once."""
    files: dict[str, _File] = {}
    if not (folder / "index.html").is_file():
        return files
    for path in folder.rglob("*"):
        name = PurePosixPath(path.relative_to(folder)).as_posix()
        if not path.is_file() or path.suffix not in _TYPES or path.name.startswith("."):
            continue
        body = path.read_bytes()
        packed = gzip.compress(body, _LEVEL, mtime=0)
        files["/" + name] = _File(
            body=body,
            packed=packed if len(packed) < len(body) else None,
            media_type=_TYPES[path.suffix],
            etag=f'"{hashlib.sha256(body).hexdigest()[:20]}"',
            cache=_FOR_EVER if name.startswith("assets/") else _ASK,
        )
    return files


class WebApplication:
    """Answers reads outside of the API; everything else, and all where nothing is built, goes on to the API."""

    def __init__(self, app: ASGIApp, folder: Path = BUILT) -> None:
        self._app = app
        self._files = load(folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if (
            not self._files
            or scope["type"] != ScopeType.HTTP
            or scope["method"] not in ("GET", "HEAD")
            or (scope["path"] + "/").startswith(_OURS)
        ):
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        file = self._files.get(path)
        if file is None and not path.startswith("/assets/"):
            file = self._files["/index.html"]  # the application's own pages, whose paths it knows itself
        scope["path_template"] = "/assets" if path.startswith("/assets/") else "/"  # what figures are kept by
        await _answer(file, Headers.from_scope(scope), send)


async def _answer(file: _File | None, asked: Headers, send: Send) -> None:
    if file is None:
        await _send(
            send, 404, {"content-type": "text/plain; charset=utf-8", "cache-control": "no-store"}, b"gone\n"
        )
        return
    headers = {"etag": file.etag, "cache-control": file.cache, "vary": "Accept-Encoding"}
    if file.media_type.startswith("text/html"):
        headers |= _PAGE_HEADERS
    if file.etag in asked.get("if-none-match", ""):
        await _send(send, 304, headers, b"")
        return
    headers["content-type"] = file.media_type
    body = file.body
    if file.packed is not None and "gzip" in asked.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        body = file.packed
    await _send(send, 200, headers, body)


async def _send(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    """HEAD is answered as GET: the server leaves the body out."""
    pairs = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    if status != 304:
        pairs.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": pairs})
    await send({"type": "http.response.body", "body": body, "more_body": False})
