"""`salomat due`: who is due for what, asked and answered in JSON."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, TextIO

import click

from cli import due_input
from core import programmes
from core.errors import ContentError
from core.programmes import Calendars, DoseVerdict, Recommendation


@click.command("due")
@click.option("--lines", is_flag=True, help="One JSON object a line in, one a line out.")
@click.option(
    "--calendar",
    "calendar_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Another vaccination calendar than the national one.",
)
def due(lines: bool, calendar_file: Path | None) -> None:
    """Read a person's record as JSON from standard input and write what is due, and why.

    Exit status 2 and a sentence naming the field when the input is wrong.
    """
    try:
        calendars = programmes.load(calendar_file) if calendar_file else programmes.national()
    except ContentError as error:
        _stop(str(error))
    source = _utf8_in()
    if lines:
        _many(source, calendars)
        return
    try:
        answer = answer_to(due_input.whole(source.read()), calendars)
    except (due_input.WrongInput, UnicodeDecodeError) as error:
        _stop(_said(error))
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")


def _many(source: TextIO, calendars: Calendars) -> None:
    """Answers flow out as lines come in; the first wrong line ends it, after the answers before it."""
    number = 0
    try:
        for line in source:
            number += 1
            if line.strip():
                answer = answer_to(due_input.whole(line), calendars)
                sys.stdout.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":")) + "\n")
    except UnicodeDecodeError as error:
        sys.stdout.flush()
        _stop(f"line {number + 1}: {_said(error)}")
    except due_input.WrongInput as error:
        sys.stdout.flush()
        _stop(f"line {number}: {error}")


def answer_to(asked: Mapping[str, Any], calendars: Calendars) -> dict[str, Any]:
    """The answer to one question, ready for JSON. Raises WrongInput."""
    question = due_input.read(asked, calendars)
    verdicts, found = programmes.assess(
        calendars,
        question.person,
        question.doses,
        question.screenings,
        question.exemptions,
        question.refusals,
        question.bookings,
        on=question.on,
    )
    return {
        "calendar": calendars.vaccination_on(question.on).id,
        "doses": [_verdict(v) for v in verdicts],
        "recommendations": [_recommendation(r) for r in found],
    }


def _verdict(verdict: DoseVerdict) -> dict[str, Any]:
    return {
        "vaccine": verdict.vaccine,
        "on": verdict.on.isoformat(),
        "series": verdict.series,
        "dose": verdict.dose,
        "valid": verdict.valid,
        "reason": verdict.reason_code,
    }


def _recommendation(found: Recommendation) -> dict[str, Any]:
    reason = found.reason
    return {
        "item": found.item,
        "series": found.series,
        "dose": found.dose,
        "status": found.status,
        "earliest_on": _iso(found.earliest_on),
        "recommended_on": _iso(found.recommended_on),
        "overdue_on": _iso(found.overdue_on),
        "latest_on": _iso(found.latest_on),
        "reason": {"uz": reason.render("uz"), "ru": reason.render("ru")},
        "rule": {
            "id": found.rule.id,
            "version": found.rule.version,
            "source": found.rule.source,
            "status": found.rule.status,
        },
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _utf8_in() -> TextIO:
    return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", errors="strict")


def _said(error: Exception) -> str:
    return "the input is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)


def _stop(sentence: str) -> None:
    # What was asked may hold letters that no output takes, such as half of a surrogate pair.
    click.echo(sentence.encode("utf-8", "backslashreplace").decode(), err=True)
    raise SystemExit(2)
