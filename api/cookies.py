"""The cookies of a login: tokens that scripts cannot read, and the CSRF token that they must."""

from typing import Any

from litestar import Response
from litestar.datastructures import Cookie

from api.authentication import ACCESS_COOKIE, CSRF_COOKIE, REFRESH_COOKIE
from api.tokens import Tokens
from domain.settings import AuthSettings

_AUTH_PATH = "/api/v1/auth"
"""The refresh token goes only where it is used."""


def login_cookies(tokens: Tokens, settings: AuthSettings, *, secure: bool) -> list[Cookie]:
    def cookie(key: str, value: str, path: str, max_age: int, *, httponly: bool = True) -> Cookie:
        return Cookie(
            key=key,
            value=value,
            path=path,
            max_age=max_age,
            httponly=httponly,
            secure=secure,
            samesite="strict",
        )

    return [
        cookie(ACCESS_COOKIE, tokens.access_token, "/", settings.access_token_s),
        cookie(REFRESH_COOKIE, tokens.refresh_token, _AUTH_PATH, settings.refresh_token_s),
        cookie(CSRF_COOKIE, tokens.csrf_token, "/", settings.refresh_token_s, httponly=False),
    ]


def forget_cookies(response: Response[Any]) -> None:
    for name, path in ((ACCESS_COOKIE, "/"), (CSRF_COOKIE, "/"), (REFRESH_COOKIE, _AUTH_PATH)):
        response.delete_cookie(name, path=path)
