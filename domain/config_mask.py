"""Secrets in configurations, replaced by tokens that tell changed from unchanged and nothing else."""

import hashlib
import hmac
from collections.abc import Callable, Iterator

from domain.config_dialect import Secret, compiled
from domain.config_dialects import dialect_of

SecretToken = Callable[[str], str]
"""Turns a secret into what is shown instead of it."""

HIDDEN = "<secret>"
TOKEN_DIGITS = 12
"""48 bits of a keyed hash: enough to tell two secrets of one device apart, too few to be worth anything without the key."""
LONGEST_LINE = 4_096
"""Longer lines are hidden whole where a secret may be in them: a hostile one could keep the rules busy for hours."""
SUSPICIOUS = r"(?i)pass|secret|key|psk|community|token|auth|priv|cipher|credential|BEGIN"


def hidden(secret: str) -> str:
    """The token that tells nothing, for errors and logs."""
    return HIDDEN


def keyed_tokens(key: bytes) -> SecretToken:
    """Tokens by HMAC-SHA-256 under a key that whoever sees them must not have; equal secrets get equal tokens."""

    def token(secret: str) -> str:
        digest = hmac.new(key, _bare(secret).encode(), hashlib.sha256).hexdigest()
        return f"<secret:{digest[:TOKEN_DIGITS]}>"

    return token


def mask(platform: str, text: str, token: SecretToken = hidden) -> str:
    """The text with a token in place of each secret. Secrets that are encrypted anew on each display all look the same.

    Mask two configurations before they are compared: a rule may need to see where a line stands.
    """
    text = joined(platform, text)
    parts: list[str] = []
    at = 0
    for start, end, unstable in _spans(platform, text):
        parts += (text[at:start], HIDDEN if unstable else token(text[start:end]))
        at = end
    return "".join((*parts, text[at:]))


def secrets(platform: str, text: str) -> tuple[str, ...]:
    """All secrets of a configuration, in the order in which they stand."""
    text = joined(platform, text)
    return tuple(_bare(text[start:end]) for start, end, _ in _spans(platform, text))


def joined(platform: str, text: str) -> str:
    """The text with lines that a device broke made whole, since it breaks them in the middle of secrets too."""
    return compiled(r"\\\r*\n[ \t]*").sub("", text) if dialect_of(platform).continuation else text


def _spans(platform: str, text: str) -> list[tuple[int, int, bool]]:
    """Where secrets stand: sorted, and those that overlap merged, so that no rule uncovers what another one hides."""
    found: list[tuple[int, int, bool]] = []
    for start, end in _segments(text):
        if end - start > LONGEST_LINE and "\n" not in text[start:end].rstrip("\n"):
            if compiled(SUSPICIOUS).search(text, start, end):
                found.append((start, end - (text[end - 1] == "\n"), False))
            continue
        found += (
            (match.start("s"), match.end("s"), rule.unstable)
            for rule in dialect_of(platform).secrets
            for first, last in _regions(rule, text, start, end)
            for match in compiled(rule.pattern).finditer(text, first, last)
            if match.end("s") > match.start("s")
        )
    found.sort()
    merged: list[tuple[int, int, bool]] = []
    for start, end, unstable in found:
        if merged and start < merged[-1][1]:
            before = merged[-1]
            merged[-1] = (before[0], max(before[1], end), before[2] or unstable)
        else:
            merged.append((start, end, unstable))
    return merged


def _segments(text: str) -> Iterator[tuple[int, int]]:
    """The text in parts: each line that is too long for the rules by itself, and what stands between those."""
    at = 0
    for long in compiled(rf"^[^\n]{{{LONGEST_LINE},}}\n?").finditer(text):
        if long.start() > at:
            yield at, long.start()
        yield long.span()
        at = long.end()
    if at < len(text):
        yield at, len(text)


def _regions(rule: Secret, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Where a rule is to be looked for: in what it names, in lines with one of its words, or everywhere."""
    if rule.within:
        yield from (match.span() for match in compiled(rule.within).finditer(text, start, end))
    elif rule.hints:
        for hint in rule.hints:
            yield from _lines_with(hint, text, start, end)
    else:
        yield start, end


def _lines_with(word: str, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = text.find(word, start, end)
    while at >= 0:
        first = text.rfind("\n", start, at) + 1 or start
        last = text.find("\n", at, end)
        last = end if last < 0 else last
        yield first, last
        at = text.find(word, last, end)


def _bare(secret: str) -> str:
    return secret[1:-1] if len(secret) > 1 and secret[0] == secret[-1] and secret[0] in "\"'" else secret
