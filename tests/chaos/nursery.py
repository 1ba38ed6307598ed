"""Where the workers of the chaos test come from: `python -m tests.chaos.nursery` has everything imported and forks on demand.

A worker that is killed every second must not need two of them to start. Each child is a process of its own that runs the
same `reminders.__main__.main` as `salomat reminders`; only its clock may be told to be wrong.

It reads lines `start <seconds its clock is off> <…after so many seconds>` and writes `started <pid>`, `ended <pid> <status>`.
"""

from __future__ import annotations

import datetime as real
import os
import select
import signal
import sys
import time

from sqlalchemy.orm import configure_mappers

import reminders.__main__ as process
from core.i18n import LANGUAGES, _

OURS = ("reminders", "services", "channels", "core", "apscheduler")


def step_clock(off_s: float, after_s: float) -> None:
    """Every clock this process reads jumps by `off_s` once `after_s` seconds have passed; what only counts on does not."""
    born, right = time.monotonic(), time.time

    def off() -> float:
        return off_s if time.monotonic() - born >= after_s else 0.0

    class AnyDatetime(type):
        def __instancecheck__(cls, instance: object) -> bool:
            return isinstance(instance, real.datetime)

    class Stepped(real.datetime, metaclass=AnyDatetime):
        @classmethod
        def now(cls, tz: real.tzinfo | None = None) -> real.datetime:  # type: ignore[override]
            return real.datetime.now(tz) + real.timedelta(seconds=off())

    time.time = lambda: right() + off()
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in OURS and getattr(module, "datetime", None) is real.datetime:
            module.datetime = Stepped  # type: ignore[attr-defined]


def fork(off_s: float, after_s: float) -> int:
    pid = os.fork()
    if pid:
        return pid
    os.close(0)
    os.dup2(2, 1)
    status = 1
    try:
        step_clock(off_s, after_s)
        process.main()
        status = 0
    except BaseException as error:  # noqa: BLE001 – told of, then the process ends
        print(f"worker died: {error!r}", file=sys.stderr, flush=True)
    finally:
        os._exit(status)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    configure_mappers()
    for language in LANGUAGES:
        _("Stop").render(language)
    children: set[int] = set()
    unread = b""
    while True:
        readable, *_others = select.select([0], [], [], 0.05)
        if readable:
            more = os.read(0, 4096)
            if not more:
                break
            *lines, unread = (unread + more).split(b"\n")
            for line in lines:
                _start, off_s, after_s = line.split()
                pid = fork(float(off_s), float(after_s))
                children.add(pid)
                print("started", pid, flush=True)
        for pid in list(children):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                children.discard(pid)
                print("ended", pid, os.waitstatus_to_exitcode(status), flush=True)
    for pid in children:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
