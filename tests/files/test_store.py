"""The store: whole or not there, whatever happens."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.errors import StoreError
from fullcast.files.store import Entry, Store
from fullcast.model import Word
from fullcast.units import Seconds


def entry(key: str, **changes: object) -> Entry:
    fields: dict[str, object] = {
        "key": key,
        "digest": "",
        "size": 0,
        "rate": 22_050,
        "samples": 100,
        "words": (Word(start=0, end=3, begins=Seconds(0.25), ends=Seconds(0.5)),),
        "origin": {"line": "l1", "number": 0},
    }
    return Entry(**(fields | changes))  # type: ignore[arg-type]


KEY = "ab" + "0" * 30
OTHER = "cd" + "0" * 30


def test_what_was_added_is_there_in_the_next_run(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        kept = store.add(entry(KEY), b"sound")
    again = Store(tmp_path)
    assert again.get(KEY) == kept
    assert again.read(KEY) == b"sound"


def test_a_recording_is_the_same_to_the_last_digit_in_the_next_run(tmp_path: Path) -> None:
    third = (Word(start=0, end=3, begins=Seconds(1 / 3), ends=Seconds(2 / 3)),)
    with Store(tmp_path) as store:
        kept = store.add(entry(KEY, words=third, loudness=-20 / 3), b"sound")
    assert Store(tmp_path).get(KEY) == kept


def test_a_recording_without_its_line_does_not_count(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(entry(KEY), b"sound")
    lost = store.file_of(OTHER)
    lost.parent.mkdir(parents=True)
    lost.write_bytes(b"sound")
    assert Store(tmp_path).ready() == {KEY}


def test_a_file_that_is_renamed_while_the_store_is_looked_through_is_passed_over(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(entry(KEY), b"sound")
    store.file_of(KEY).with_name(f".{OTHER}.wav.1.part").symlink_to("gone")  # listed, but no longer there
    assert Store(tmp_path).ready() == {KEY}


def test_a_killed_run_keeps_what_it_recorded(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.add(entry(KEY), b"sound")
    assert store.unsaved == 1
    assert Store(tmp_path).read(KEY) == b"sound"


def test_a_truncated_recording_does_not_count(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(entry(KEY), b"sound")
    store.file_of(KEY).write_bytes(b"sou")
    assert Store(tmp_path).get(KEY) is None


def test_a_recording_with_other_content_is_refused_when_read(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(entry(KEY), b"sound")
    store.file_of(KEY).write_bytes(b"noise")
    again = Store(tmp_path)
    with pytest.raises(StoreError, match="is damaged"):
        again.read(KEY)
    again.discard(KEY)
    assert again.get(KEY) is None


@settings(max_examples=40)
@given(cut=st.integers(min_value=0, max_value=400))
def test_a_journal_torn_anywhere_keeps_its_whole_lines(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("store")
    with Store(folder) as store:
        store.add(entry(KEY), b"one")
    first = store.journal.stat().st_size
    with Store(folder) as store:
        store.add(entry(OTHER), b"two")
    os.truncate(store.journal, min(store.journal.stat().st_size, first + cut))
    torn = Store(folder)
    assert torn.get(KEY) is not None
    with torn:
        torn.add(entry(OTHER), b"three")
    assert Store(folder).read(OTHER) == b"three"


def test_garbage_in_the_journal_is_passed_over(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(entry(KEY), b"one")
    with store.journal.open("ab") as stream:
        stream.write(b'\x00\x00\xff{"key": 1}\n[1, 2]\n5\n"word"\n{"another": "version"}\n')
    assert Store(tmp_path).entries().keys() == {KEY}


def test_forgotten_recordings_are_gone(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        store.add(entry(KEY), b"one")
        store.add(entry(OTHER), b"two")
        store.commit()
        store.forget([KEY])
    assert not store.file_of(KEY).exists()
    assert Store(tmp_path).ready() == {OTHER}


def test_no_part_of_a_recording_stays_when_the_disk_refuses(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.file_of(KEY).parent.parent.mkdir(parents=True, exist_ok=True)
    store.file_of(KEY).mkdir(parents=True)
    with pytest.raises(StoreError, match="a folder stands where the file should be"):
        store.add(entry(KEY), b"sound")
    assert [file.name for file in store.file_of(KEY).parent.iterdir()] == [store.file_of(KEY).name]


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="needs /dev/full to refuse writing as a full disk does"
)
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.journal.symlink_to("/dev/full")
    with pytest.raises(StoreError, match="the disk is full") as caught:
        store.add(entry(KEY), b"sound")
    assert not store.file_of(KEY).exists()
    assert caught.value.hint is not None
    assert "finished takes are kept" in caught.value.hint
