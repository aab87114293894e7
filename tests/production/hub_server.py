"""A hub on this machine, with the bad days of real ones."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class World:
    """What a hub holds and how it behaves."""

    files: dict[str, bytes] = field(default_factory=dict)
    """Content by path, the same in every repository."""
    large: set[str] = field(default_factory=set)
    """Files that lie in large storage, behind a redirect."""
    drop_after: dict[str, list[int]] = field(default_factory=dict)
    """Bytes after which answers for a file break off, one after the other."""
    damaged: Counter[str] = field(default_factory=Counter)
    """How often a file is served with a wrong byte."""
    answers: dict[str, list[int]] = field(default_factory=dict)
    """Status codes by the beginning of a path, used up one after the other."""
    token: str = ""
    """Without it nothing is given out."""
    ranges: bool = True
    tags: str = ""
    """How files are tagged: ``strong``, ``weak``; empty is not at all."""
    after_drop: dict[str, bytes] = field(default_factory=dict)
    """What a file is from when an answer with it broke off."""
    listing: Callable[[dict[str, Any]], None] | None = None
    """Changes what is listed."""
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    """Requests: which server, path, headers."""
    large_url: str = ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        world, path = self.server.world, unquote(urlsplit(self.path).path)
        query = {key: values[0] for key, values in parse_qs(urlsplit(self.path).query).items()}
        world.seen.append(
            (self.server.role, path, {key.lower(): value for key, value in self.headers.items()})
        )
        for start, codes in world.answers.items():
            if path.startswith(start) and codes:
                self._fail(codes.pop(0))
                return
        if (
            self.server.role == "hub"
            and world.token
            and self.headers.get("Authorization") != f"Bearer {world.token}"
        ):
            self._fail(403 if self.headers.get("Authorization") else 401)
            return
        self._route(world, path, query)

    def _route(self, world: World, path: str, query: dict[str, str]) -> None:
        if found := re.fullmatch(r"/api/models/([^/]+/[^/]+)/revision/(.+)", path):
            self._json(_hf_listing(world))
        elif path.startswith("/api/v1/models/") and path.endswith("/repo/files"):
            self._json(_modelscope_listing(world))
        elif path.startswith("/api/v1/models/") and path.endswith("/repo"):
            self._file(world, query["FilePath"])
        elif found := re.fullmatch(rf"/[^/]+/[^/]+/resolve/{COMMIT}/(.+)", path):
            if found[1] in world.large:
                self.send_response(302)
                self.send_header("Location", f"{world.large_url}/{found[1]}")
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._file(world, found[1])
        else:
            self._file(world, path.lstrip("/"))

    def _json(self, document: object) -> None:
        content = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _fail(self, code: int) -> None:
        self.send_response(code)
        if code == 429:
            self.send_header("Retry-After", "7")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _file(self, world: World, name: str) -> None:
        content = world.files.get(name)
        if content is None:
            self._fail(404)
            return
        if world.damaged[name] > 0:
            world.damaged[name] -= 1
            content = bytes([content[0] ^ 1]) + content[1:]
        start, tag = 0, f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
        if asked and world.ranges and self.headers.get("If-Range", tag) == tag:
            start = int(asked[1])
            if start >= len(content):
                self._fail(416)
                return
            self.send_response(206)
        else:
            self.send_response(200)
        body = content[start:]
        self.send_header("Content-Length", str(len(body)))
        if world.tags:
            self.send_header("ETag", tag if world.tags == "strong" else f"W/{tag}")
        self.end_headers()
        drops = world.drop_after.get(name) or []
        if drops:
            self.wfile.write(body[: drops.pop(0)])
            self.close_connection = True
            world.files |= {name: world.after_drop[name]} if name in world.after_drop else {}
            return
        self.wfile.write(body)


def _hf_listing(world: World) -> dict[str, Any]:
    siblings = []
    for name, content in world.files.items():
        item: dict[str, Any] = {"rfilename": name, "size": len(content)}
        item["blobId"] = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
        if name in world.large:
            item["lfs"] = {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
        siblings.append(item)
    document = {"sha": COMMIT, "siblings": siblings}
    if world.listing is not None:
        world.listing(document)
    return document


def _modelscope_listing(world: World) -> dict[str, Any]:
    rows = [
        {
            "Path": name,
            "Type": "blob",
            "Size": len(content),
            "Sha256": hashlib.sha256(content).hexdigest(),
            "Revision": COMMIT,
        }
        for name, content in world.files.items()
    ]
    return {"Code": 200, "Data": {"Files": [{"Path": "sub", "Type": "tree", "Size": 0}, *rows]}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    world: World
    role: str

    def handle_error(self, *_: object) -> None:
        """A client that goes away is no news."""


@contextmanager
def serving(world: World) -> Iterator[str]:
    """Serve a world for the length of a ``with``; gives the hub's address."""
    servers = []
    for role in ("hub", "store"):
        server = _Server(("127.0.0.1", 0), _Handler)
        server.world, server.role = world, role
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
    world.large_url = f"http://127.0.0.1:{servers[1].server_port}"
    try:
        yield f"http://127.0.0.1:{servers[0].server_port}"
    finally:
        for server in servers:
            server.shutdown()
            server.server_close()
