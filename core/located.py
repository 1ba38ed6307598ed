"""YAML that remembers its lines, so that a broken file is refused with file, line and reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from core.ages import Span
from core.ages import parse as parse_span
from core.errors import ContentError

_MISSING: Any = object()


class Entry:
    """One mapping of the file. What is asked for is checked; `close` refuses what nobody asked for."""

    def __init__(self, node: yaml.Node, file: str, what: str) -> None:
        if not isinstance(node, yaml.MappingNode):
            raise ContentError(file, node.start_mark.line + 1, f"{what} must have “key: value” lines")
        self.file, self.what, self.line = file, what, node.start_mark.line + 1
        self._nodes: dict[str, tuple[int, yaml.Node]] = {}
        self._asked: set[str] = set()
        for key, value in node.value:
            if key.value in self._nodes:
                raise ContentError(file, key.start_mark.line + 1, f"“{key.value}” stands twice in {what}")
            self._nodes[str(key.value)] = (key.start_mark.line + 1, value)

    def __contains__(self, key: str) -> bool:
        return key in self._nodes

    def names(self) -> tuple[str, ...]:
        return tuple(self._nodes)

    def refuse(self, key: str | None, reason: str) -> ContentError:
        line = self._nodes[key][0] if key in self._nodes else self.line
        return ContentError(self.file, line, reason)

    def _value(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        if key not in self._nodes:
            if default is _MISSING:
                raise ContentError(self.file, self.line, f"“{key}” is missing in {self.what}")
            return _MISSING
        return plain(self._nodes[key][1])

    def _typed(self, key: str, default: Any, accept: Callable[[Any], bool], kind: str) -> Any:
        value = self._value(key, default)
        if value is _MISSING:
            return default
        if value is None and default is None:
            return None
        if not accept(value):
            raise self.refuse(key, f"“{key}” in {self.what} must be {kind}")
        return value

    def text(self, key: str, default: Any = _MISSING) -> Any:
        return self._typed(key, default, lambda v: isinstance(v, str) and bool(v.strip()), "words")

    def whole(self, key: str, default: Any = _MISSING, low: int = 0) -> Any:
        return self._typed(key, default, lambda v: type(v) is int and v >= low, f"a whole number from {low}")

    def flag(self, key: str, default: Any = _MISSING) -> Any:
        return self._typed(key, default, lambda v: isinstance(v, bool), "true or false")

    def day(self, key: str, default: Any = _MISSING) -> Any:
        return self._typed(key, default, lambda v: type(v) is date, "a date such as 2026-11-30")

    def one_of(self, key: str, known: tuple[str, ...], default: Any = _MISSING) -> Any:
        return self._typed(key, default, lambda v: v in known, f"one of: {', '.join(known)}")

    def texts(self, key: str, default: Any = _MISSING) -> Any:
        return self._typed(
            key,
            default,
            lambda v: isinstance(v, list) and bool(v) and all(isinstance(t, str) for t in v),
            "a list of words",
        )

    def span(self, key: str, default: Any = _MISSING) -> Span | Any:
        value = self.text(key, default)
        if value is default:
            return default
        try:
            return parse_span(value)
        except ValueError as error:
            raise self.refuse(key, str(error)) from None

    def entries(self, key: str, what: str, default: Any = _MISSING) -> Any:
        """The list under `key`, each item an Entry."""
        value = self._value(key, default)
        if value is _MISSING:
            return default
        node = self._nodes[key][1]
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.refuse(key, f"“{key}” in {self.what} must be a list with at least one item")
        return [Entry(item, self.file, what) for item in node.value]

    def items(self, key: str, default: Any = _MISSING) -> Any:
        """The list under `key`, each item an Entry or, if it is one word, that word."""
        value = self._value(key, default)
        if value is _MISSING:
            return default
        node = self._nodes[key][1]
        if not isinstance(node, yaml.SequenceNode) or not node.value:
            raise self.refuse(key, f"“{key}” in {self.what} must be a list with at least one item")
        return [
            str(plain(item)) if isinstance(item, yaml.ScalarNode) else Entry(item, self.file, key)
            for item in node.value
        ]

    def entry(self, key: str, what: str, default: Any = _MISSING) -> Any:
        value = self._value(key, default)
        return default if value is _MISSING else Entry(self._nodes[key][1], self.file, what)

    def close(self) -> None:
        """Raises ContentError at the first key that means nothing here."""
        for key in self._nodes:
            if key not in self._asked:
                known = ", ".join(sorted(self._asked))
                raise self.refuse(key, f"“{key}” is not known in {self.what}. Known: {known}")


def plain(node: yaml.Node) -> Any:
    """The value of a node as the safe loader makes it."""
    loader = yaml.SafeLoader("")
    try:
        return loader.construct_document(node)
    finally:
        loader.dispose()


def open_file(path: Path, file: str, what: str) -> Entry:
    """Raises ContentError when the file is missing or is no YAML."""
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except OSError as error:
        raise ContentError(file, None, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ContentError(file, None, "is not text in UTF-8") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise ContentError(file, line, f"is not YAML: {error.problem}") from None
    except yaml.YAMLError as error:
        raise ContentError(file, None, f"is not YAML: {error}") from None
    if node is None:
        raise ContentError(file, 1, "is empty")
    return Entry(node, file, what)
