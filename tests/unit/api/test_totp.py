"""Codes of authenticator apps."""

import time

import pyotp
import pytest

from api.one_time_passwords import matching_step
from domain.errors import Invalid

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def test_codes_of_now_and_one_step_around_it() -> None:
    totp = pyotp.TOTP(SECRET)
    step = int(time.time()) // 30
    assert matching_step(SECRET, totp.generate_otp(step)) in (step, step + 1)
    assert matching_step(SECRET, f" {totp.generate_otp(step)} ") is not None
    assert matching_step(SECRET, totp.generate_otp(step - 10)) is None
    assert matching_step(SECRET, "") is None
    assert matching_step(SECRET, "１２３４５６") is None  # full-width digits


@pytest.mark.parametrize("secret", ["", "not base 32!", "1", "ä"])
def test_what_is_no_secret(secret: str) -> None:
    with pytest.raises(Invalid) as refusal:
        matching_step(secret, "000000")
    assert refusal.value.details["field"] == "secret"
