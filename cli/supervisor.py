"""Runs several processes in one terminal: their lines prefixed, a fallen one started again, all of them stopped together."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import click

STOP_WITHIN_S = 12.0
COLOURS = ("cyan", "green", "yellow", "magenta", "blue", "bright_cyan")
# A process that says with this status that it cannot run here is not started again (sysexits.h: EX_UNAVAILABLE).
CANNOT_RUN_HERE = 69


def say(name: str, line: str, colour: str | None = None) -> None:
    """One line of one process."""
    click.echo(
        f"{click.style(f'{name:<9}│', fg=colour)} {line}", color=None if sys.stdout.isatty() else False
    )
    sys.stdout.flush()


@dataclass(slots=True)
class Child:
    """A process to keep running."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    colour: str = "white"
    process: asyncio.subprocess.Process | None = None


class Supervisor:
    """`start` each child, `stop` all; between them fallen ones are started again, sooner the first time."""

    def __init__(self, said: Callable[[str, str, str | None], None] = say) -> None:
        self._say = said
        self._children: list[Child] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None) -> Child:
        child = Child(name, command, environment or {}, COLOURS[len(self._children) % len(COLOURS)])
        self._children.append(child)
        self._tasks.append(asyncio.create_task(self._keep(child)))
        return child

    async def stop(self) -> None:
        """SIGTERM to all in the reverse order of their start, SIGKILL to whoever is left after twelve seconds."""
        self._stopping = True
        living = [c for c in reversed(self._children) if c.process and c.process.returncode is None]
        for child in living:
            _signal(child, signal.SIGTERM)
        waiting = [asyncio.create_task(child.process.wait()) for child in living if child.process]
        if waiting:
            await asyncio.wait(waiting, timeout=STOP_WITHIN_S)
        for child in living:
            if child.process and child.process.returncode is None:
                _signal(child, signal.SIGKILL)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, *waiting, return_exceptions=True)

    async def _keep(self, child: Child) -> None:
        pause_s = 0.5
        while not self._stopping:
            began = asyncio.get_running_loop().time()
            code = await self._run(child)
            if self._stopping:
                return
            if code == CANNOT_RUN_HERE:
                return
            pause_s = 0.5 if asyncio.get_running_loop().time() - began > 30 else min(pause_s * 2, 15)
            self._say(child.name, f"stopped ({_ending(code)}), starting again", child.colour)
            await asyncio.sleep(pause_s)

    async def _run(self, child: Child) -> int:
        child.process = await asyncio.create_subprocess_exec(
            *child.command,
            env={**os.environ, **child.environment, "PYTHONUNBUFFERED": "1"},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop the others in order
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,
        )
        assert child.process.stdout
        async for line in child.process.stdout:
            self._say(child.name, line.decode(errors="replace").rstrip(), child.colour)
        return await child.process.wait()


def _die_with_parent() -> None:
    """Linux: however the supervisor ends, the kernel ends its children (prctl PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _signal(child: Child, number: signal.Signals) -> None:
    """To the child and whatever it started."""
    if child.process:
        try:
            os.killpg(child.process.pid, number)
        except ProcessLookupError:
            return


def _ending(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
