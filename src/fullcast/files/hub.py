"""Hubs of models: what a repository holds, and its files, whole or not at all.

Source:
    huggingface/huggingface_hub, ``src/huggingface_hub/hf_api.py`` (``model_info``) and ``file_download.py``;
    modelscope/modelscope, ``modelscope/hub/api.py`` (``get_model_files``) and ``file_download.py``.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path, PurePosixPath
from typing import IO, Any
from urllib.parse import quote, urlencode, urlsplit

from fullcast import __version__
from fullcast.errors import EngineError, SetupError
from fullcast.files.disk import explained
from fullcast.model import Secret

CHUNK = 1 << 20
_TIMEOUT = 60.0
TRIES = 6
"""Failures in a row without a byte between them after which a file is given up."""
_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which asking again may help."""
_LONGEST_WAIT = 60.0
_LARGEST_LISTING = 64 << 20


class DownloadError(EngineError):
    """A file could not be fetched; what was fetched is kept, and the next try goes on from there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A file that can be fetched."""

    name: str
    """Path in its repository."""
    address: str
    size: int | None = None
    """Bytes; None where nobody says it before it is fetched."""
    sha256: str = ""
    git_sha1: str = ""
    """Of git's blob, for files that the hub keeps in git itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """What a repository holds at one revision."""

    revision: str
    """The commit."""
    files: tuple[Remote, ...]


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a redirect without what was only for the host that was asked."""

    def redirect_request(  # noqa: PLR0913, PLR0917 - the library's own
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        """Return the next request; a token goes to no other host, and nothing goes to another scheme."""
        following = super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]
        if following is None:
            return None
        before, after = urlsplit(req.full_url), urlsplit(following.full_url)
        if before.scheme == "https" and after.scheme != "https":
            raise urllib.error.URLError(f"{before.hostname} leads to an address that is not encrypted")
        if (before.scheme, before.netloc) != (after.scheme, after.netloc):
            following.remove_header("Authorization")
        return following


HF, MODELSCOPE = "https://huggingface.co", "https://modelscope.cn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A way to hubs: addresses, the token, and how long one waits."""

    hf: str = HF
    modelscope: str = MODELSCOPE
    token: Secret | None = None
    sleep: Callable[[float], None] = time.sleep
    opener: urllib.request.OpenerDirector = field(
        default_factory=lambda: urllib.request.build_opener(_Redirects), repr=False
    )

    @classmethod
    def of(cls, environment: Mapping[str, str] | None = None) -> Hub:
        """Return the way that the environment names: ``HF_ENDPOINT``, ``MODELSCOPE_DOMAIN``, ``HF_TOKEN``.

        Raises:
            SetupError: If an address is none.
        """
        around = os.environ if environment is None else environment
        domain = around.get("MODELSCOPE_DOMAIN", "").strip()
        named = {
            "hf": around.get("HF_ENDPOINT", "").strip(),
            "modelscope": domain if "://" in domain or not domain else f"https://{domain}",
        }
        for name, address in named.items():
            if address and not urlsplit(address).scheme.startswith("http"):
                variable = "HF_ENDPOINT" if name == "hf" else "MODELSCOPE_DOMAIN"
                hint = "write it as in https://hf-mirror.com"
                raise SetupError(f"{variable} is no address: {address}", hint=hint)
        token = around.get("HF_TOKEN", "").strip()
        return cls(
            hf=named["hf"].rstrip("/") or HF,
            modelscope=named["modelscope"].rstrip("/") or MODELSCOPE,
            token=Secret(token) if token else None,
        )

    def list_repository(self, hub: str, repository: str, revision: str) -> Repository:
        """Ask what a repository holds.

        Args:
            hub: ``hf`` or ``modelscope``.
            repository: Owner and name.
            revision: A branch, a tag or a commit.

        Raises:
            SetupError: If there is none, or it may not be read; with what to do.
            DownloadError: If the hub does not answer.
        """
        if hub == "hf":
            return self._list_hf(repository, revision)
        return self._list_modelscope(repository, "master" if revision == "main" else revision)

    def _list_hf(self, repository: str, revision: str) -> Repository:
        address = f"{self.hf}/api/models/{quote(repository)}/revision/{quote(revision, safe='')}?blobs=true"
        document = self._ask(address, repository)
        commit = str(document["sha"])
        files = []
        for item in document["siblings"]:
            name, lfs = str(item["rfilename"]), item.get("lfs") or {}
            files.append(
                Remote(
                    name=_inside(name, repository),
                    address=f"{self.hf}/{quote(repository)}/resolve/{commit}/{quote(name)}",
                    size=lfs.get("size", item.get("size")),
                    sha256=str(lfs.get("sha256") or lfs.get("oid") or ""),
                    git_sha1="" if lfs else str(item.get("blobId") or ""),
                )
            )
        return Repository(revision=commit, files=tuple(files))

    def _list_modelscope(self, repository: str, revision: str) -> Repository:
        base = f"{self.modelscope}/api/v1/models/{quote(repository)}/repo"
        listing = urlencode({"Revision": revision, "Recursive": "true"})
        document = self._ask(f"{base}/files?{listing}", repository)
        rows = [row for row in document["Data"]["Files"] if row.get("Type") != "tree"]
        files = [
            Remote(
                name=_inside(str(row["Path"]), repository),
                address=f"{base}?{urlencode({'Revision': revision, 'FilePath': row['Path']})}",
                size=int(row["Size"]),
                sha256=str(row.get("Sha256") or ""),
            )
            for row in rows
        ]
        commits = sorted({str(row.get("Revision") or "") for row in rows} - {""})
        one = commits[0] if len(commits) == 1 else hashlib.sha256("".join(commits).encode()).hexdigest()[:40]
        return Repository(revision=one if commits else revision, files=tuple(files))

    def _ask(self, address: str, repository: str) -> Any:  # noqa: ANN401 - whatever the hub says
        """Return the JSON document at an address."""
        trouble = ""
        for attempt in range(TRIES):
            try:
                with self.open(address) as answer:
                    return json.loads(answer.read(_LARGEST_LISTING))
            except urllib.error.HTTPError as error:
                with error:
                    self._judge(error, repository)
                trouble = f"it answers {error.code}"
                self.sleep(_wait(attempt, error.headers))
            except (OSError, http.client.HTTPException, ValueError) as error:
                trouble = str(error)
                self.sleep(_wait(attempt, None))
        host = urlsplit(address).netloc
        raise DownloadError(
            f"{host} does not say what {repository} holds: {trouble}",
            hint="try again later; or name a mirror (HF_ENDPOINT), --source modelscope, or --from FOLDER",
        )

    def _judge(self, error: urllib.error.HTTPError, repository: str) -> None:
        """Raise what no further try mends."""
        host = urlsplit(error.url or "").netloc
        if error.code in {401, 403}:
            have = "the token in HF_TOKEN may not read it" if self.token else "it wants a token (HF_TOKEN)"
            page = f"{self.hf}/{repository}"
            raise SetupError(
                f"{host} does not give out {repository}: {have}",
                hint=f"accept its terms on {page}, make a token there, and set HF_TOKEN",
            ) from error
        if error.code == http.client.NOT_FOUND:
            raise SetupError(
                f"{host} has no {repository}, or not at this revision",
                hint="try another source: --source modelscope, or --from FOLDER",
            ) from error
        if error.code not in _AGAIN:
            raise DownloadError(f"{host} answered {error.code} for {repository}: {error.reason}") from error

    @contextmanager
    def open(self, address: str, start: int = 0, tag: str = "") -> Iterator[http.client.HTTPResponse]:
        """Open an address, from a byte on if it still has this tag; the token goes to its hub alone."""
        request = urllib.request.Request(address, headers={"User-Agent": f"fullcast/{__version__}"})  # noqa: S310 - checked where addresses come from
        if start:
            request.add_header("Range", f"bytes={start}-")
            if tag:
                request.add_header("If-Range", tag)
        if self.token is not None and urlsplit(address).netloc == urlsplit(self.hf).netloc:
            request.add_header("Authorization", f"Bearer {self.token.reveal()}")
        with self.opener.open(request, timeout=_TIMEOUT) as answer:
            yield answer

    def fetch(self, remote: Remote, file: Path, *, tell: Callable[[int], None], repository: str) -> str:
        """Fetch a file, or what is missing of it, and check it.

        Args:
            remote: What is wanted.
            file: Where it goes; what lies there already is its beginning.
            tell: Told of bytes as they come, and of those that must come again as fewer. It may raise.
            repository: Its repository, for errors.

        Returns:
            SHA-256 of the content.

        Raises:
            SetupError: If it may not be read or is not there.
            DownloadError: If the hub breaks off again and again, or what it serves is damaged.
            StoreError: If the disk refuses.
        """
        for attempt in (0, 1):
            self._fetch_bytes(remote, file, tell, repository)
            _tag_of(file).unlink(missing_ok=True)
            digest, fault = _check(remote, file)
            if fault is None:
                return digest
            tell(-file.stat().st_size)
            file.unlink()
            if attempt:
                raise DownloadError(
                    f"{remote.name} of {repository} comes damaged: {fault}",
                    hint="try again later, or another source: --source, HF_ENDPOINT, --from",
                )
        raise AssertionError  # the loop returns or raises

    def _fetch_bytes(self, remote: Remote, file: Path, tell: Callable[[int], None], repository: str) -> None:
        """Append what is missing of a file, from as many answers as it takes."""
        failures, trouble = 0, ""
        while failures < TRIES:
            have = file.stat().st_size if file.exists() else 0
            if remote.size is not None and have >= remote.size:
                if remote.size == 0:
                    file.touch()
                return
            try:
                if self._append(remote, file, have, tell):
                    return
                trouble = "it breaks off"
            except urllib.error.HTTPError as error:
                with error:
                    if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
                        return  # it is whole; its hash will tell
                    self._judge(error, repository)
                trouble = f"it answers {error.code}"
                self.sleep(_wait(failures, error.headers))
            except (http.client.HTTPException, OSError) as error:
                trouble = str(error)
            came = file.exists() and file.stat().st_size > have
            failures = 1 if came else failures + 1
            self.sleep(_wait(failures - 1, None) if not came else 0.0)
        raise DownloadError(
            f"{remote.name} of {repository} could not be fetched: {trouble}",
            hint="see that the network is there and run the same command again: it goes on from where it "
            "stopped; or take the files from elsewhere: --source, HF_ENDPOINT, --from FOLDER",
        )

    def _append(self, remote: Remote, file: Path, have: int, tell: Callable[[int], None]) -> bool:
        """Append one answer; return whether the file is whole, as far as the server says."""
        tag = _tag_of(file)
        with self.open(remote.address, have, tag.read_text() if have and tag.exists() else "") as answer:
            whole = have and answer.status != http.client.PARTIAL_CONTENT  # it cannot begin in the middle
            if whole:
                tell(-have)
            expected = answer.length  # what is left to be read, where the server says it
            strong = answer.headers.get("ETag") or ""
            if strong.startswith('"'):  # a weak one does not promise equal bytes
                tag.write_text(strong)
            came = 0
            with file.open("wb" if whole else "ab") as stream:
                while chunk := answer.read(CHUNK):
                    with explained(file, "write"):
                        stream.write(chunk)
                        stream.flush()
                    came += len(chunk)
                    tell(len(chunk))
        return expected is None or came >= expected


def _tag_of(file: Path) -> Path:
    """Return where a file's entity tag is kept while it gathers (RFC 9110, 13.1.5).

    A file that changes on its server before it is whole then comes from its beginning, not as two halves.
    """
    return file.with_name(f".{file.name}.etag")


def _inside(name: str, repository: str) -> str:
    """Return a name from a listing.

    Raises:
        DownloadError: If it would lead out of the model's folder.
    """
    parts = PurePosixPath(name).parts
    if not parts or name.startswith("/") or ".." in parts or "\\" in name or "\0" in name:
        raise DownloadError(f"{repository} lists a file that lies outside of it: {name!r}")
    return name


def _wait(attempt: int, headers: Message | None) -> float:
    """Return how long to wait before the next try: what the server asks for, or twice as long each time."""
    asked = (headers.get("Retry-After") or "").strip() if headers is not None else ""
    return min(_LONGEST_WAIT, float(asked) if asked.isdecimal() else 0.5 * 2.0**attempt)


def _check(remote: Remote, file: Path) -> tuple[str, str | None]:
    """Return the hash of a file, and what is wrong with it."""
    size = file.stat().st_size
    if remote.size is not None and size != remote.size:
        return "", f"{size} bytes instead of {remote.size}"
    digest = hash_file(file)
    if remote.sha256 and digest != remote.sha256.lower():
        return digest, f"SHA-256 {digest[:12]}… instead of {remote.sha256[:12]}…"
    if remote.git_sha1 and _git_sha1(file, size) != remote.git_sha1:
        return digest, "its hash is not that of the hub"
    return digest, None


def hash_file(file: Path) -> str:
    """Return the SHA-256 of a file, without holding it in memory."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _git_sha1(file: Path, size: int) -> str:
    """Return the name that git gives to a file's content: SHA-1 of its kind, size and bytes."""
    digest = hashlib.sha1(f"blob {size}\0".encode(), usedforsecurity=False)
    with file.open("rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
