"""The way to understanding: Rasa over HTTP, with a time limit and a breaker, and the in-process engine when it is silent."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import datetime

import httpx
import structlog

from core.intents import EngineName, Interpretation
from nlu.embedded import EmbeddedEngine
from nlu.features import MAX_CHARS
from nlu.interpretation import Ranking, interpret

log = structlog.get_logger(__name__)

# A refused or broken connection is certain; a slow or wrong answer may be chance, so it takes this many in a row.
_FAILURES_IN_A_ROW = 3
_PROBE_EVERY_S = 2.0
# The first parse after a start loads TensorFlow's graph: the probe waits for it, so that no citizen does.
_PROBE_TIMEOUT_S = 15.0


class Interpreter:
    """Answers every text with an Interpretation and never raises.

    A breaker of our own: libraries try the broken service again with a citizen's message, which then waits out the limit.
    Here a probe in the background asks whether Rasa is up again; meanwhile messages are answered in process at once.
    """

    def __init__(
        self,
        url: str | None,
        embedded: EmbeddedEngine,
        timeout_s: float = 1.5,
        probe_every_s: float = _PROBE_EVERY_S,
    ) -> None:
        self._embedded = embedded
        self._timeout_s = timeout_s
        self._probe_every_s = probe_every_s
        # No proxies, no netrc: Rasa is on loopback or beside us.
        self._client = httpx.AsyncClient(base_url=url, trust_env=False) if url else None
        self._up = url is not None
        self._failures = 0
        self._probe: asyncio.Task[None] | None = None

    @property
    def engine(self) -> EngineName:
        """Which engine the next message goes to."""
        return "rasa" if self._up else "embedded"

    async def interpret(self, text: str, now: datetime) -> Interpretation:
        ranking = await self._ask_rasa(text) if self._up else None
        engine: EngineName = "embedded" if ranking is None else "rasa"
        interpretation = interpret(text, now, ranking or self._embedded.classify(text), engine)
        log.info(
            "understood",
            engine=engine,
            intent=interpretation.intent,
            confidence=round(interpretation.confidence, 3),
            red_flag=interpretation.red_flag,
        )
        return interpretation

    async def close(self) -> None:
        if self._probe is not None:
            self._probe.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._probe
        if self._client is not None:
            await self._client.aclose()

    async def _ask_rasa(self, text: str) -> Ranking | None:
        try:
            ranking = await self._parse(text, self._timeout_s)
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            self._failed(error)
            return None
        self._failures = 0
        return ranking

    async def _parse(self, text: str, timeout_s: float) -> Ranking:
        """Rasa's opinion: `{"intent_ranking": [{"name": "greet", "confidence": 0.98}, …], …}`."""
        assert self._client is not None
        async with asyncio.timeout(timeout_s):
            response = await self._client.post(
                "/model/parse", json={"text": text[:MAX_CHARS]}, timeout=timeout_s
            )
        response.raise_for_status()
        ranking = tuple((str(i["name"]), float(i["confidence"])) for i in response.json()["intent_ranking"])
        if not ranking:
            raise ValueError("Rasa ranked nothing")
        return ranking

    def _failed(self, error: Exception) -> None:
        self._failures += 1
        gone = isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError)
        if self._up and (gone or self._failures >= _FAILURES_IN_A_ROW):
            self._up = False
            log.warning("engine_changed", engine="embedded", reason=type(error).__name__)
            self._probe = asyncio.create_task(self._wait_for_rasa(), name="rasa-probe")

    async def _wait_for_rasa(self) -> None:
        while not self._up:
            await asyncio.sleep(self._probe_every_s)
            with contextlib.suppress(httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
                await self._parse("salom", _PROBE_TIMEOUT_S)
                self._up, self._failures = True, 0
                log.info("engine_changed", engine="rasa")
