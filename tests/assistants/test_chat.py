"""A language model's server that answers well, badly, slowly, not at all."""

from __future__ import annotations

import json
import socket
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fullcast.assistants.chat import TRIES, Chat, OverBudgetError
from fullcast.errors import EngineError, SetupError
from fullcast.model import Budget, LanguageModel, Message, Secret, Usage
from fullcast.units import Seconds

HELLO = [Message(role="system", content="Be brief."), Message(role="user", content="Who goes there?")]


def model_at(url: str, **changes: Any) -> LanguageModel:
    return replace(LanguageModel(url=url, model="small", timeout=Seconds(20)), **changes)


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def ask(model_server: Any, waits: list[float]) -> Any:
    def ask(**changes: Any) -> Any:
        return Chat(model_at(model_server.url, **changes), sleep=waits.append).ask(HELLO, 50)

    return ask


def test_a_good_answer_is_text_and_what_it_took(model_server: Any, ask: Any) -> None:
    model_server.answering = lambda _: '{"labels": {}}'
    answer = ask(key=Secret("sk-1234"))
    assert (answer.text, answer.usage) == ('{"labels": {}}', Usage(sent=100, answered=10))
    (request,) = model_server.requests
    assert request["path"] == "/v1/chat/completions"
    assert (request["model"], request["max_tokens"], request["temperature"]) == ("small", 50, 0)
    assert request["messages"][1] == {"role": "user", "content": "Who goes there?"}
    assert model_server.keys == ["Bearer sk-1234"]


def test_without_a_key_none_is_sent_and_a_file_may_hold_it(
    model_server: Any, ask: Any, tmp_path: Path
) -> None:
    ask()
    (tmp_path / "key").write_text("sk-file\n")
    ask(key_file=tmp_path / "key")
    assert model_server.keys == [None, "Bearer sk-file"]
    with pytest.raises(SetupError, match="cannot be read from"):
        ask(key_file=tmp_path / "gone")


def test_a_server_that_knows_no_form_of_answers_is_asked_without(model_server: Any, reply: Any) -> None:
    model_server.answering = lambda request: reply(status=400) if "response_format" in request else "yes"
    chat = Chat(model_at(model_server.url))
    assert [chat.ask(HELLO, 50).text for _ in range(2)] == ["yes", "yes"]
    assert ["response_format" in request for request in model_server.requests] == [True, False, False]


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_busy_server_is_asked_again(
    status: int, model_server: Any, reply: Any, ask: Any, waits: list[float]
) -> None:
    answers = [reply(status=status, headers={"Retry-After": "7"}), reply(status=status), "yes"]
    model_server.answering = lambda _: answers.pop(0)
    assert ask().text == "yes"
    assert waits[0] == 7
    assert 0 < waits[1] <= 4


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "not of the form of /chat/completions"),
        (b'{"choices": []}', "not of the form of /chat/completions"),
        (b'{"choices": [{"message": "', "not of the form of /chat/completions"),
        (b"[" * 100_000, "not of the form of /chat/completions"),
        (b"x" * (4 * 2**20 + 1), "more than 4194304 bytes"),
    ],
)
def test_an_answer_that_is_none_is_asked_for_again_and_then_an_error(
    body: bytes, reason: str, model_server: Any, reply: Any, ask: Any
) -> None:
    model_server.answering = lambda _: reply(body)
    with pytest.raises(EngineError, match=reason):
        ask()
    assert len(model_server.requests) == TRIES


def test_a_connection_that_breaks_is_an_error(model_server: Any, reply: Any, ask: Any) -> None:
    model_server.answering = lambda _: reply(drop=True)
    with pytest.raises(EngineError, match="gave no answer: the connection broke"):
        ask()
    assert len(model_server.requests) == TRIES


@pytest.mark.parametrize("drip", [0.05, 30.0])
def test_a_server_that_drips_or_sleeps_is_left_alone_after_a_while(
    drip: float, model_server: Any, reply: Any, ask: Any
) -> None:
    model_server.answering = lambda _: reply(b"x" * 1000, drip=drip)
    with pytest.raises(EngineError, match=r"it took more than 0\.3 s"):
        ask(timeout=Seconds(0.3))


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "refuses the key (status 401: no such key)"),
        (403, "refuses the key (status 403: no such key)"),
        (404, "knows no model 'small' there (status 404: no such key)"),
        (422, "refuses the request (status 422: no such key)"),
        (302, "refuses the request (status 302: no such key)"),
    ],
)
def test_wrong_settings_are_told_at_once(
    status: int, message: str, model_server: Any, reply: Any, ask: Any
) -> None:
    body = json.dumps({"error": {"message": "no such\n key"}}).encode()
    headers = {"Location": "http://127.0.0.1:1/v1/chat/completions"}
    model_server.answering = lambda _: reply(body, status=status, headers=headers)
    with pytest.raises(SetupError) as caught:
        ask(key=Secret("sk-1234"))
    assert message in caught.value.message
    assert caught.value.hint
    assert "sk-1234" not in f"{caught.value} {caught.value.hint}"
    assert len(model_server.requests) == 1


def test_nobody_at_the_address_is_told() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(SetupError, match="nobody answers at") as caught:
        Chat(model_at(url)).ask(HELLO, 50)
    assert "start the server" in str(caught.value.hint)


def test_what_an_answer_took_is_the_most_where_it_does_not_tell(
    model_server: Any, reply: Any, ask: Any
) -> None:
    model_server.answering = lambda _: reply(b'{"choices": [{"message": {"content": null}}]}')
    answer = ask()
    assert (answer.text, answer.usage) == ("", Chat(model_at("http://x")).most(HELLO, 50))


@pytest.mark.parametrize("key", ["sk-1234\nsecond", "sk-1234 x", "sk-1234é"])
def test_a_key_that_cannot_be_sent_is_not_shown(
    key: str, model_server: Any, ask: Any, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text(key, encoding="utf-8")
    for held in ({"key": Secret(key)}, {"key_file": tmp_path / "key"}):
        with pytest.raises(SetupError, match="is no key") as caught:
            ask(**held)
        assert "sk-1234" not in f"{caught.value!r} {caught.value} {caught.value.hint}"
    assert model_server.requests == []


@pytest.mark.parametrize("status", [401, 422, 500])
def test_a_server_that_repeats_the_key_does_not_get_it_shown(
    status: int, model_server: Any, reply: Any, ask: Any
) -> None:
    body = json.dumps({"error": {"message": "what is sk-1234? \x1b[2J"}}).encode()
    model_server.answering = lambda _: reply(body, status=status)
    with pytest.raises((SetupError, EngineError)) as caught:
        ask(key=Secret("sk-1234"))
    assert "what is ***? ?[2J" in caught.value.message
    model_server.answering = lambda _: "sk-1234"
    assert ask(key=Secret("sk-1234")).text == "***"


def test_an_error_that_cannot_be_read_is_one_all_the_same(model_server: Any, reply: Any, ask: Any) -> None:
    model_server.answering = lambda _: reply(b"[" * 19_999, status=500)
    with pytest.raises(EngineError, match="status 500"):
        ask()


@pytest.mark.parametrize("said", ["-1000", "1e999", "NaN", "null", '"7"', "true", "[]"])
def test_what_is_no_number_of_tokens_counts_as_the_most(
    said: str, model_server: Any, reply: Any, ask: Any
) -> None:
    usage = f'{{"prompt_tokens": {said}, "completion_tokens": {said}}}'
    body = f'{{"choices": [{{"message": {{"content": "yes"}}}}], "usage": {usage}}}'.encode()
    model_server.answering = lambda _: reply(body)
    assert ask().usage == Chat(model_at("http://x")).most(HELLO, 50)


def test_a_torn_answer_is_paid_for_and_a_refusal_is_not(model_server: Any, reply: Any) -> None:
    answers = [reply(b"<html>"), reply(status=429), "yes"]
    model_server.answering = lambda _: answers.pop(0)
    chat = Chat(model_at(model_server.url), sleep=lambda _: None)
    chat.ask(HELLO, 50)
    assert chat.purse.used == chat.most(HELLO, 50) + Usage(sent=100, answered=10)
    assert chat.purse.requests == len(model_server.requests) == 3


def test_tries_end_where_the_budget_does(model_server: Any, reply: Any) -> None:
    model_server.answering = lambda _: reply(b"<html>")
    most = Chat(model_at("http://x")).most(HELLO, 50).tokens
    chat = Chat(model_at(model_server.url, budget=Budget(max_tokens=2 * most)), sleep=lambda _: None)
    with pytest.raises(OverBudgetError):
        chat.ask(HELLO, 50)
    assert len(model_server.requests) == 2
    assert chat.purse.used.tokens == 2 * most
