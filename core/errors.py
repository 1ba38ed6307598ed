"""What can go wrong, by name: a refusal a person can meet carries its own sentence."""

from core.i18n import Text


class SalomatError(Exception):
    """Base of everything Salomat raises on purpose."""


class Refusal(SalomatError):
    """Something a person asked for cannot be done; `text` tells them why and what to do next."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.msgid)
        self.text = text


class ContentError(SalomatError):
    """A file under content/ is broken."""

    def __init__(self, file: str, line: int | None, reason: str) -> None:
        super().__init__(f"{file}:{line}: {reason}" if line else f"{file}: {reason}")
        self.file, self.line, self.reason = file, line, reason


class SettingsError(SalomatError):
    """A setting is missing or wrong; the message names it and says what would be right."""
