"""How the laws are tried (however slow or busy the machine is, and from a checkout that cannot be written),
and the language model that tests ask.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

usual = settings.get_profile("default")
writable = os.access(Path(__file__).parents[1], os.W_OK)
settings.register_profile(
    "untimed",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    database=usual.database if writable else None,
)
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Generator[None, Any, Any]:
    """Let a file of tests that cannot be imported fail.

    An option leaves out the examples in docstrings of modules whose libraries are not installed. It passes
    over files of tests too, with all the tests in them.
    """
    report = yield
    if report.skipped and "unable to import module" in str(report.longrepr):
        report.outcome, report.longrepr = "failed", f"{collector.nodeid} cannot be imported"
    return report


Answering = Callable[[dict[str, Any]], "Reply | str"]
"""Makes the answer of a language model from a request."""


@dataclass
class Reply:
    """What a server sends; ``str`` alone is the text of a good answer."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False
    """Close the connection without a word."""
    drip: float = 0.0
    """Seconds between its bytes."""


class ModelServer(ThreadingHTTPServer):
    """A language model's server on the loopback device, as well behaved as a test wants it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answering: Answering = lambda _: "{}"
        self.requests: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of connections that clients give up."""


class _Handler(BaseHTTPRequestHandler):
    server: ModelServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Answer."""
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, **request})
        self.server.keys.append(self.headers.get("Authorization"))
        reply = self.server.answering(request)
        if isinstance(reply, str):
            usage = {"prompt_tokens": 100, "completion_tokens": 10}
            document = {"choices": [{"message": {"role": "assistant", "content": reply}}], "usage": usage}
            reply = Reply(json.dumps(document).encode())
        if reply.drop:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        for byte in range(len(reply.body)) if reply.drip else ():
            if self.server.over.wait(reply.drip):
                return
            self.wfile.write(reply.body[byte : byte + 1])
        if not reply.drip:
            self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Log nothing."""


@pytest.fixture
def model_server() -> Iterator[ModelServer]:
    server = ModelServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def reply() -> type[Reply]:
    return Reply
