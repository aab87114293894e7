from pathlib import Path
from unicodedata import normalize

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.errors import ProjectError
from fullcast.files.lockfile import LOCK_FILE, Level, Lock, read_lock, write_lock
from fullcast.units import Lufs

WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=20).map(
    lambda text: normalize("NFC", text)
)
KEYS = st.text("0123456789abcdef", min_size=12, max_size=32)
LEVELS = st.builds(
    Level, voice=WORDS, engine=WORDS, loudness=st.floats(min_value=-100, max_value=20).map(Lufs)
)
LOCKS = st.builds(
    Lock,
    speech_engine=WORDS,
    speech_revision=st.just("") | WORDS,
    speech_reason=st.just("") | WORDS,
    sound_engine=st.none() | WORDS,
    levels=st.dictionaries(KEYS, LEVELS, max_size=4),
    retakes=st.dictionaries(KEYS, st.integers(1, 1_000_000), max_size=4),
)


@given(lock=LOCKS)
def test_what_was_written_is_read(tmp_path_factory: pytest.TempPathFactory, lock: Lock) -> None:
    folder = tmp_path_factory.mktemp("book")
    write_lock(folder, lock)
    assert read_lock(folder) == lock


def test_equal_decisions_give_equal_bytes_in_any_order(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    write_lock(one, Lock(retakes={"b": 1, "a": 2}))
    write_lock(two, Lock(retakes={"a": 2, "b": 1}))
    assert (one / LOCK_FILE).read_bytes() == (two / LOCK_FILE).read_bytes()


def test_the_file_reads_well(tmp_path: Path) -> None:
    level = Level(voice="alba", engine="espeak", loudness=Lufs(-23.4))
    lock = Lock(
        speech_engine="espeak",
        speech_revision="1.52.0",
        speech_reason="the best that is ready here",
        levels={"0f": level},
        retakes={"aa": 2},
    )
    write_lock(tmp_path, lock)
    assert (tmp_path / LOCK_FILE).read_text() == (
        "# What fullcast decided for this book. Commit it; delete it only to have everything decided anew.\n"
        "lock: 1\n"
        "speech:\n"
        "  engine: espeak\n"
        "  revision: 1.52.0\n"
        "  reason: the best that is ready here\n"
        "levels:\n"
        "  0f:\n"
        "    voice: alba\n"
        "    engine: espeak\n"
        "    loudness: -23.4\n"
        "retakes:\n"
        "  aa: 2\n"
    )


def test_no_lock_means_nothing_decided(tmp_path: Path) -> None:
    assert read_lock(tmp_path) == Lock()
    assert Lock().speech_engine is None


def test_an_unchanged_lock_is_not_written(tmp_path: Path) -> None:
    lock = Lock(sound_engine="texture")
    write_lock(tmp_path, lock)
    before = (tmp_path / LOCK_FILE).stat()
    write_lock(tmp_path, lock)
    after = (tmp_path / LOCK_FILE).stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize(
    ("content", "code", "hint"),
    [
        ("", "empty-file", "bring it back from version control"),
        ("lock: 1\nlevels: {x: {voice: alba}}\n", "missing-key", "add engine"),
        ("lock: 2\n", "wrong-value", "bring it back"),
        ("lock: 1\nretakes: {abc: 0}\n", "wrong-value", "bring it back"),
        (
            "lock: 1\n<<<<<<< HEAD\nspeech: {engine: a}\n=======\n",
            "merge-conflict",
            "keep one side of it",
        ),
        ("lock: 1\nspeach: {engine: a}\n", "unknown-key", "did you mean 'speech'?"),
    ],
)
def test_a_damaged_lock_is_a_problem_and_stays(tmp_path: Path, content: str, code: str, hint: str) -> None:
    file = tmp_path / LOCK_FILE
    file.write_text(content)
    with pytest.raises(ProjectError) as caught:
        read_lock(tmp_path)
    problem = caught.value.problems[0]
    assert (problem.code, (problem.hint or "")[: len(hint)]) == (code, hint)
    assert problem.place is not None
    assert problem.place.file == LOCK_FILE
    assert file.read_text() == content


def test_a_broken_link_is_not_an_empty_lock(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).symlink_to(tmp_path / "nowhere")
    with pytest.raises(ProjectError, match="no such file"):
        read_lock(tmp_path)
