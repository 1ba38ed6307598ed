"""The same messages as tasks of Celery: threads, its fastest pool for one process that waits for answers."""

from __future__ import annotations

import http.client
import json
import os
import sys
import threading
from urllib.parse import urlencode, urlsplit

import psycopg
from celery import Celery

from benchmarks.delivery_parts.dispatch import BEGIN_ONE, SETTLE_ONE

app = Celery("benchmark", broker=os.environ["BENCH_REDIS"])
app.conf.update(
    task_ignore_result=True, worker_prefetch_multiplier=8, broker_connection_retry_on_startup=True
)
own = threading.local()
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def connected() -> threading.local:
    """Each thread keeps its connections."""
    if not hasattr(own, "telegram"):
        own.telegram = http.client.HTTPConnection(urlsplit(os.environ["BENCH_TELEGRAM"]).netloc)
        url = os.environ["BENCH_DATABASE"]
        own.database = psycopg.connect(url, autocommit=True) if url else None
    return own


@app.task(name="send")
def send(occurrence_id: int, chat_id: int, words: str) -> None:
    to = connected()
    attempt = to.database.execute(BEGIN_ONE, (occurrence_id,)).fetchone()[0] if to.database else None
    form = urlencode({"chat_id": chat_id, "text": words})
    to.telegram.request("POST", "/bot42:x/sendMessage", form, FORM)
    sent = json.loads(to.telegram.getresponse().read())
    if to.database:
        to.database.execute(SETTLE_ONE, (str(sent["result"]["message_id"]), attempt))


def fill(number: int) -> None:
    with app.producer_pool.acquire() as producer:
        for i in range(1, number + 1):
            send.apply_async((i, 100_000 + i, "Rejadagi tashrif vaqti keldi."), producer=producer)


if __name__ == "__main__":
    fill(int(sys.argv[1]))
