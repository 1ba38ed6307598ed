"""`salomat nlu`: install, train, serve, parse and evaluate the understanding of messages."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
import structlog

from core import settings

ENGINES = click.Choice(["auto", "rasa", "embedded"])


@click.group()
def nlu() -> None:
    """Understanding of messages: Rasa and the in-process engine."""
    # Standard output is for what was asked for; which engine answered is in every line of it already.
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


@nlu.command()
def install() -> None:
    """Make Rasa's own environment on Python 3.10."""
    from nlu import environment

    with _plain_failures():
        click.echo(environment.python(settings.load().var_dir, _say))


@nlu.command()
@click.option("--engine", type=ENGINES, default="auto", help="One of them; auto trains both where possible.")
def train(engine: str) -> None:
    """Train what the present data and config have no model for yet."""
    from nlu import environment, training

    var_dir = settings.load().var_dir
    if engine in ("auto", "embedded"):
        training.embedded(var_dir, _say)
    if engine in ("auto", "rasa"):
        with _plain_failures(optional=engine == "auto"):
            training.rasa_model(var_dir, environment.python(var_dir, _say), _say)


@nlu.command()
@click.option("--port", default=5005, show_default=True)
def serve(port: int) -> None:
    """Run Rasa on loopback; makes its environment and model first."""
    from nlu import server

    with _plain_failures():
        server.serve(settings.load().var_dir, port, _say)


@nlu.command()
@click.option("--engine", type=ENGINES, default="auto", show_default=True)
@click.option(
    "--now", type=click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]), help="The messages' moment, UTC."
)
def parse(engine: str, now: datetime | None) -> None:
    """Read one message a line, write one JSON object a line, as the bot would understand it.

    `rasa` uses NLU_URL when a server answers there, else starts one of its own. `auto` uses NLU_URL or the in-process engine.
    """
    from nlu import parsing

    moment = (now or datetime.now(UTC)).replace(tzinfo=UTC)
    texts = [line.rstrip("\r\n") for line in sys.stdin]
    configured = settings.load()
    with _plain_failures():
        for interpretation in parsing.parse(
            texts, moment, engine, configured.nlu_url, configured.var_dir, _say
        ):
            click.echo(json.dumps(parsing.as_json(interpretation), ensure_ascii=False))


def _say(words: str) -> None:
    """Progress goes to standard error: standard output is for what was asked for."""
    click.echo(words, err=True)


@contextmanager
def _plain_failures(optional: bool = False) -> Iterator[None]:
    """One line instead of a traceback; with `optional` it is not a failure at all."""
    from nlu.environment import NoPython310
    from nlu.evaluation import NoHeldOutSet
    from nlu.parsing import RasaSilent

    try:
        yield
    except (NoHeldOutSet, RasaSilent) as error:
        raise click.ClickException(str(error)) from None
    except NoPython310 as error:
        if not optional:
            raise click.ClickException(str(error)) from None
        _say(str(error))
    except subprocess.CalledProcessError as error:
        raise click.ClickException(
            f"{Path(error.cmd[0]).name} failed with exit code {error.returncode}"
        ) from None


@nlu.command()
@click.option("--engine", type=ENGINES, default="auto", help="One of them; auto judges both where possible.")
@click.option(
    "--pipeline",
    "pipelines",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Another Rasa pipeline to judge beside ours, e.g. nlu/pipelines/default.yml; may be repeated.",
)
@click.option(
    "--part",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    help="Train those, and ours beside them, on every so manieth line: some of them take hours on all.",
)
@click.option(
    "--curve/--no-curve", default=False, help="The learning curve and the harder measure too (some minutes)."
)
@click.option("--report/--no-report", default=True, help="Write docs/nlu-report.md.")
def evaluate(engine: str, pipelines: tuple[Path, ...], part: int, curve: bool, report: bool) -> None:
    """Judge the engines on the held-out set and the red flags, and write the report."""
    from nlu import evaluation, training
    from nlu import report as written

    configured = settings.load()
    outcomes = []
    with _plain_failures():
        for name in ("embedded", "rasa") if engine == "auto" else (engine,):
            with _plain_failures(optional=engine == "auto" and name == "rasa"):
                outcomes.append(evaluation.judge(name, configured.nlu_url, configured.var_dir, _say))
                click.echo("\n".join(evaluation.summary(outcomes[-1])))
        tried = [path.resolve() for path in pipelines]
        for pipeline in [training.CONFIG, *tried] if part > 1 else tried:
            outcomes.append(evaluation.judge_pipeline(pipeline, configured.var_dir, _say, part))
            click.echo("\n".join(evaluation.summary(outcomes[-1])))
        flags = evaluation.judge_red_flags(configured.var_dir, _say)
        if flags:
            click.echo("\n".join(evaluation.red_flag_summary(flags)))
        points = evaluation.learning_curve(_say) if curve else []
        hard = evaluation.strangers(_say) if curve else []
    if report:
        written.write(outcomes, flags, points, hard)
