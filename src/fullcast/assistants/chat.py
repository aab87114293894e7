"""Asking a language model behind an OpenAI-compatible server: Ollama, vLLM, llama.cpp, a cloud.

Source:
    The form of requests and answers: OpenAI API reference, ``POST /v1/chat/completions``.
"""

from __future__ import annotations

import http.client
import json
import random
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from email.message import Message as Headers
from typing import IO, Any

from fullcast.assistants.purse import Purse
from fullcast.errors import EngineError, SetupError
from fullcast.model import LanguageModel, Message, Usage

TRIES = 3
"""How often a request is sent until a server answers it."""

LARGEST = 4 * 2**20
"""Bytes of an answer that are read."""

_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which it is worth trying again."""

_LONGEST_WAIT = 30.0
_FIRST_WAIT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a model answered."""

    text: str
    usage: Usage


class _BusyError(Exception):
    """A server that may answer the next time."""

    def __init__(self, reason: str, wait: float | None = None, *, refused: bool = False) -> None:
        super().__init__(reason)
        self.wait = wait
        self.refused = refused
        """Whether it answered with a status of its own, and so took nothing."""


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key to another server."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the library calls it so
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Headers, newurl: str
    ) -> None:
        """Follow none."""
        del req, fp, code, msg, headers, newurl


class OverBudgetError(Exception):
    """What is left of the budget is not enough for a request."""


class Chat:
    """A client of one model and its budget; may be used by several threads at once.

    Args:
        model: Where it answers, under which name, with which key.
        sleep: Waits between tries.
    """

    def __init__(self, model: LanguageModel, *, sleep: Callable[[float], None] = time.sleep) -> None:
        self._model = model
        self._sleep = sleep
        self._opener = urllib.request.build_opener(_NoRedirects)
        self._structured = True
        self.purse = Purse(model.budget)
        """What is left of the budget."""

    def most(self, messages: Sequence[Message], longest: int) -> Usage:
        """Return the most tokens that a request can take: a token has a byte at least.

        Args:
            messages: What is said.
            longest: Most tokens of the answer.
        """
        return Usage(sent=sum(len(each.content.encode()) + 16 for each in messages) + 64, answered=longest)

    def ask(self, messages: Sequence[Message], longest: int) -> Answer:
        """Return what the model answers, as JSON if the server can be made to ask for it.

        Args:
            messages: What is said to it.
            longest: Most tokens of the answer.

        Every try is paid for: a server works on an answer that comes too late or torn, and charges for it.

        Raises:
            SetupError: If server, model or key are wrong.
            EngineError: If there is no usable answer after several tries.
            OverBudgetError: If the budget is not enough for the next try.
        """
        reason, wait = "", _FIRST_WAIT
        for attempt in range(TRIES):
            if attempt:
                self._sleep(wait)
            try:
                return self._pay(messages, longest)
            except _BusyError as busy:
                reason = self._veil(str(busy))
                doubled = _FIRST_WAIT * 2**attempt * (1 + random.random())
                wait = min(_LONGEST_WAIT, busy.wait if busy.wait is not None else doubled)
        raise EngineError(f"the language model at {self._model.url} gave no answer: {reason}", hint=_LATER)

    def _pay(self, messages: Sequence[Message], longest: int) -> Answer:
        """Send a request if the most that it can take is left, and count what it took."""
        most = self.most(messages, longest)
        if not self.purse.set_aside(most):
            raise OverBudgetError
        taken = most  # what a request that failed took, nobody says
        try:
            answer = self._send(messages, longest)
            taken = answer.usage
        except SetupError:
            taken = Usage()
            raise
        except _BusyError as busy:
            taken = Usage() if busy.refused else most
            raise
        finally:
            self.purse.settle(most, taken)
        return answer

    def _send(self, messages: Sequence[Message], longest: int) -> Answer:
        body: dict[str, Any] = {
            "model": self._model.model,
            "messages": [{"role": each.role, "content": each.content} for each in messages],
            "temperature": 0,
            "max_tokens": longest,
        }
        structured = self._structured
        if structured:
            body["response_format"] = {"type": "json_object"}
        try:
            content = self._post(body)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == http.client.BAD_REQUEST and structured:
                    self._structured = False  # it does not know response_format; asked without, it may
                    return self._send(messages, longest)
                raise self._explain(error) from error
        answer = _read_answer(content, self.most(messages, longest))
        return replace(answer, text=self._hide(answer.text))

    def _post(self, body: dict[str, Any]) -> bytes:
        headers = {"Content-Type": "application/json", "Accept": "application/json", "User-Agent": "fullcast"}
        key = self._read_key()
        if key:
            headers["Authorization"] = f"Bearer {key}"
        url = f"{self._model.url}/chat/completions"
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - see settings
        deadline = time.monotonic() + self._model.timeout
        try:
            with self._opener.open(request, timeout=self._model.timeout) as response:
                return _read_until(response, deadline)
        except urllib.error.HTTPError:
            raise
        except TimeoutError as error:
            raise _BusyError(f"it took more than {self._model.timeout:g} s") from error
        except urllib.error.URLError as error:
            raise self._unreachable(error) from error
        except (http.client.HTTPException, OSError) as error:
            raise _BusyError(f"the connection broke: {error or type(error).__name__}") from error

    def _unreachable(self, error: urllib.error.URLError) -> Exception:
        if isinstance(error.reason, TimeoutError):
            return _BusyError(f"it took more than {self._model.timeout:g} s")
        if isinstance(error.reason, ConnectionResetError | BrokenPipeError):
            return _BusyError(f"the connection broke: {error.reason}")
        message = f"nobody answers at {self._model.url}: {self._veil(str(error.reason))}"
        return SetupError(message, hint="start the server, or correct llm_url (FULLCAST_LLM_URL)")

    def _hide(self, text: str) -> str:
        """Return what a server says without the key, which it may repeat."""
        key = self._read_key()
        return text.replace(key, "***") if key else text

    def _veil(self, text: str) -> str:
        """Return what a server says as something that may be shown: no key, no commands to a terminal."""
        return "".join(letter if letter.isprintable() else "?" for letter in self._hide(text))

    def _read_key(self) -> str:
        key = self._find_key()
        if not all("!" <= letter <= "~" for letter in key):
            # Sent, it would end up in the library's error, in full.
            hint = "put the key alone there: one line, no spaces, ASCII"
            raise SetupError("the key of the language model is no key", hint=hint)
        return key

    def _find_key(self) -> str:
        if self._model.key is not None:
            return self._model.key.reveal()
        if self._model.key_file is None:
            return ""
        try:
            return self._model.key_file.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            message = f"the key of the language model cannot be read from {self._model.key_file}"
            raise SetupError(message, hint="correct llm_key_file (FULLCAST_LLM_KEY_FILE)") from error

    def _explain(self, error: urllib.error.HTTPError) -> Exception:
        """Return what a status says of the settings, or that it is worth trying again."""
        said = self._veil(_reason(error))
        if error.code in _BUSY:
            wait = _retry_after(error.headers.get("Retry-After"))
            return _BusyError(f"status {error.code}{said}", wait, refused=True)
        where = f"the language model at {self._model.url}"
        if error.code in {401, 403}:
            hint = "set FULLCAST_LLM_KEY, or llm_key_file to the file that holds it"
            return SetupError(f"{where} refuses the key (status {error.code}{said})", hint=hint)
        if error.code == http.client.NOT_FOUND:
            hint = "llm_url goes up to what stands before /chat/completions; llm_model is a name it knows"
            message = f"{where} knows no model {self._model.model!r} there (status 404{said})"
            return SetupError(message, hint=hint)
        return SetupError(
            f"{where} refuses the request (status {error.code}{said})", hint="check llm_url and llm_model"
        )


_LATER = "what was answered is kept; ask again later, for the rest"


def _read_until(response: Any, deadline: float) -> bytes:  # noqa: ANN401 - http.client.HTTPResponse or a like
    """Read an answer that may come in drops, as long as there is time and it is no flood."""
    content = bytearray()
    while piece := response.read1(65_536):
        content += piece
        if time.monotonic() > deadline:
            raise TimeoutError
        if len(content) > LARGEST:
            reason = f"its answer has more than {LARGEST} bytes"
            raise _BusyError(reason)
    return bytes(content)


def _read_answer(content: bytes, most: Usage) -> Answer:
    """Return an answer; of one that does not tell what it took, everything that it could have taken."""
    try:
        whole = json.loads(content)
        text = whole["choices"][0]["message"]["content"]
        taken = whole.get("usage") or {}
        usage = Usage(
            sent=_count(taken.get("prompt_tokens"), most.sent),
            answered=_count(taken.get("completion_tokens"), most.answered),
        )
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        reason = "its answer is not of the form of /chat/completions"
        raise _BusyError(reason) from error
    return Answer(text=text if isinstance(text, str) else "", usage=usage)


def _count(said: object, most: int) -> int:
    """Return how many tokens a server says it took; the most, if what it says is no number of tokens."""
    return said if isinstance(said, int) and not isinstance(said, bool) and said >= 0 else most


def _reason(error: urllib.error.HTTPError) -> str:
    """Return what a server says about an error, shortened; nothing if it says nothing readable."""
    try:
        said = json.loads(error.read(20_000))["error"]
        text = said["message"] if isinstance(said, dict) else said
    except (ValueError, LookupError, TypeError, RecursionError, OSError, http.client.HTTPException):
        return ""
    return f": {' '.join(str(text).split())[:200]}"


def _retry_after(header: str | None) -> float | None:
    return float(header) if header and header.strip().isdecimal() else None
