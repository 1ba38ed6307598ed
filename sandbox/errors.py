"""Refusals of the sandbox: Telegram's own error body, and the control API's plain one."""

from __future__ import annotations

from typing import Any


class TelegramError(Exception):
    """A refusal in Telegram's words; `description` is complete, with its "Bad Request: " prefix."""

    def __init__(self, error_code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.error_code = error_code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.error_code, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


def bad_request(reason: str) -> TelegramError:
    """Telegram lowers the first letter after the prefix, except where a code in capitals follows."""
    if len(reason) > 1 and not (reason[1] == "_" or reason[1].isupper()):
        reason = reason[0].lower() + reason[1:]
    return TelegramError(400, f"Bad Request: {reason}")


def too_many_requests(retry_after_s: int) -> TelegramError:
    return TelegramError(
        429, f"Too Many Requests: retry after {retry_after_s}", retry_after=max(1, retry_after_s)
    )


class ControlError(Exception):
    """A refusal of the control API: what the caller (a test, the demo, the page) did wrong."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
