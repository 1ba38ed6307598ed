"""The way to understanding never fails: a server that speaks Rasa's protocol over real HTTP, well and badly."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from nlu import learning
from nlu.embedded import EmbeddedEngine
from nlu.examples import Example
from nlu.interpreter import Interpreter
from nlu.network import Shape

NOW = datetime(2026, 11, 21, 7, 0, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@pytest.fixture(scope="module")
def embedded() -> EmbeddedEngine:
    texts = {
        "greet": ["salom", "salomlar", "assalom", "привет"],
        "thanks": ["rahmat", "rahmatlar", "raxmat", "спасибо"],
    }
    lines = learning.lines(Example(t, i, "uz", "a.yml") for i, all_of in texts.items() for t in all_of)
    return learning.fit(lines, shape=Shape(epochs=60, batch=8, rate=0.01))


@asynccontextmanager
async def rasa(handler: Handler, port: int = 0) -> AsyncIterator[int]:
    app = web.Application()
    app.router.add_post("/model/parse", handler)
    runner = web.AppRunner(app, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def well(request: web.Request) -> web.Response:
    text = (await request.json())["text"]
    name = "goodbye" if "xayr" in text else "thanks"
    ranking = [{"name": name, "confidence": 0.9}, {"name": "greet", "confidence": 0.1}]
    return web.json_response({"text": text, "intent": ranking[0], "entities": [], "intent_ranking": ranking})


async def slow(request: web.Request) -> web.Response:
    await asyncio.sleep(60)
    return await well(request)


async def broken(request: web.Request) -> web.Response:
    return web.Response(status=500, text="Traceback")


async def nonsense(request: web.Request) -> web.Response:
    return web.json_response({"intent_ranking": [{"intent": "greet"}]})


async def empty(request: web.Request) -> web.Response:
    return web.json_response({"intent_ranking": []})


async def test_rasa_answers_when_it_is_up(embedded: EmbeddedEngine):
    async with rasa(well) as port:
        interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded)
        meaning = await interpreter.interpret("xayr, ertaga soat 10 da", NOW)
        await interpreter.close()
    assert (meaning.engine, meaning.intent, meaning.confidence) == ("rasa", "goodbye", 0.9)
    assert meaning.value("date") == "2026-11-22"
    assert meaning.form == "uz-Latn"


async def test_without_a_server_the_in_process_engine_answers(embedded: EmbeddedEngine):
    interpreter = Interpreter(None, embedded)
    meaning = await interpreter.interpret("salom", NOW)
    await interpreter.close()
    assert (meaning.engine, meaning.intent, interpreter.engine) == ("embedded", "greet", "embedded")


@pytest.mark.parametrize("handler", [slow, broken, nonsense, empty])
async def test_a_server_that_answers_badly_costs_no_answer(embedded: EmbeddedEngine, handler: Handler):
    async with rasa(handler) as port:
        interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded, timeout_s=0.05, probe_every_s=60)
        meanings = [await interpreter.interpret("salom", NOW) for _ in range(4)]
        await interpreter.close()
    assert {(m.engine, m.intent) for m in meanings} == {("embedded", "greet")}
    # After three failures in a row it is not asked any more.
    assert interpreter.engine == "embedded"


async def test_a_refused_connection_is_enough_to_change_over_and_the_log_says_so(embedded: EmbeddedEngine):
    async with rasa(well) as port:
        pass
    interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded, probe_every_s=60)
    with capture_logs() as logs:
        await interpreter.interpret("salom", NOW)
    await interpreter.close()
    assert {
        "event": "engine_changed",
        "engine": "embedded",
        "reason": "ConnectError",
        "log_level": "warning",
    } in logs
    assert interpreter.engine == "embedded"


async def dying(request: web.Request) -> web.StreamResponse:
    """The process was killed while it answered."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def test_a_connection_that_breaks_is_enough_too(embedded: EmbeddedEngine):
    async with rasa(dying) as port:
        interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded, probe_every_s=60)
        assert (await interpreter.interpret("salom", NOW)).engine == "embedded"
        assert interpreter.engine == "embedded"
        await interpreter.close()


async def test_when_rasa_comes_up_the_bot_changes_over_by_itself(embedded: EmbeddedEngine):
    async with rasa(well) as port:
        pass
    interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded, probe_every_s=0.01)
    with capture_logs() as logs:
        assert (await interpreter.interpret("salom", NOW)).engine == "embedded"
        async with rasa(well, port), asyncio.timeout(10):
            while interpreter.engine != "rasa":  # noqa: ASYNC110 - the change is what is waited for
                await asyncio.sleep(0.01)
            assert (await interpreter.interpret("salom", NOW)).engine == "rasa"
    await interpreter.close()
    assert {"event": "engine_changed", "engine": "rasa", "log_level": "info"} in logs


async def test_a_red_flag_is_an_emergency_whatever_the_engine_thinks(embedded: EmbeddedEngine):
    async with rasa(well) as port:
        interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded)
        meaning = await interpreter.interpret("otam hushidan ketdi, nafas olmayapti", NOW)
        await interpreter.close()
    assert meaning.intent == "emergency"
    assert meaning.red_flag is not None


@pytest.mark.parametrize("text", ["", " ", "🙂", "<b>", "'; drop table", "a" * 5000, "\ud83d"])
async def test_any_text_gets_an_interpretation(embedded: EmbeddedEngine, text: str):
    async with rasa(well) as port:
        interpreter = Interpreter(f"http://127.0.0.1:{port}", embedded)
        assert (await interpreter.interpret(text, NOW)).text == text
        await interpreter.close()


async def test_the_log_holds_no_word_of_the_message(embedded: EmbeddedEngine):
    interpreter = Interpreter(None, embedded)
    with capture_logs() as logs:
        await interpreter.interpret("Karimova Aziza 901234567", NOW)
    await interpreter.close()
    assert not any(word in str(logs) for word in ("Karimova", "Aziza", "901234567"))
