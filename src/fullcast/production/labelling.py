"""Asking the user's language model who says the quotations that the text leaves in doubt."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from fullcast.assistants.chat import Chat, OverBudgetError
from fullcast.errors import EngineError, FullcastError, SetupError
from fullcast.files.disk import write_whole
from fullcast.fingerprint import digest
from fullcast.model import Heard, LanguageModel, Message, Person, Reading, Settings, Usage
from fullcast.text.labelling import (
    FORM,
    NOBODY,
    Asked,
    Window,
    combine,
    cut_windows,
    longest_answer,
    read_labels,
    write_question,
)

FILE = "answers.json"
"""Where answers are kept, so that nobody pays for one twice."""

_LONGEST_KEPT = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a model is asked."""

    text: str
    people: tuple[Person, ...]
    asked: tuple[Asked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelling:
    """What became of the questions."""

    speakers: Mapping[int, str]
    """Names by ``Asked.number``: where all windows say the same, and somebody of the list."""
    asked: int
    """Quotations, pieces of one utterance as one."""
    requests: int
    """Every try counts."""
    kept: int
    """Answers that were kept from an earlier time."""
    failed: int
    """Windows that the model gave no answer for."""
    unpaid: int
    """Windows that the budget was not enough for."""
    usage: Usage
    cost: float


@dataclass(slots=True)
class _Outcome:
    """What became of one window."""

    labels: dict[int, int] = field(default_factory=dict)
    """Numbers of characters by ``Asked.number``."""
    kept: int = 0
    unpaid: int = 0
    error: FullcastError | None = None


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where questions are asked: the line to the model, answers that are known."""

    model: LanguageModel
    chat: Chat
    known: dict[str, str]

    def label(self, window: Window, people: Sequence[Person]) -> _Outcome:
        """Label a window; what is missing or wrong is asked for once more."""
        outcome = _Outcome()
        given: dict[int, int] = {}
        wanted = window.numbers
        try:
            for again in (False, True):
                messages = write_question(window, people, wanted if again else None)
                answer = self._answer(messages, longest_answer(len(wanted)), outcome)
                labels = read_labels(answer, wanted, people) if answer is not None else None
                given |= labels.given if labels else {}
                wanted -= given.keys()
                if labels is None or not wanted:
                    break
        except EngineError as error:
            outcome.error = error
        outcome.labels = {window.asked[number - 1]: label for number, label in given.items()}
        return outcome

    def _answer(self, messages: Sequence[Message], longest: int, outcome: _Outcome) -> str | None:
        """Return an answer, a kept one where there is one; None if there is no budget for it."""
        key = _key(self.model, messages)
        if key in self.known:
            outcome.kept += 1
            return self.known[key]
        try:
            answer = self.chat.ask(messages, longest)
        except OverBudgetError:
            outcome.unpaid += 1
            return None
        self.known[key] = answer.text[:_LONGEST_KEPT]
        return self.known[key]


def ask_model(question: Question, model: LanguageModel, cache: Path) -> Labelling:
    """Have a language model label quotations.

    Args:
        question: The text, the people, the quotations.
        model: Whom to ask.
        cache: Folder in which answers are kept.

    Raises:
        SetupError: If the model cannot be asked at all: no server, wrong key, wrong name.
        EngineError: If it answered nothing.
        StoreError: If the answers cannot be kept.
    """
    file = cache / FILE
    known = _read_answers(file)
    before = len(known)
    desk = _Desk(model=model, chat=Chat(model), known=known)
    windows = list(cut_windows(question.text, question.asked))
    try:
        outcomes = _label_all(desk, windows, question.people)
    finally:
        if len(known) > before:
            record = {"form": FORM, "answers": known}
            # In ASCII: an answer may hold half a character, which UTF-8 has no bytes for.
            write_whole(file, json.dumps(record).encode())
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors and len(errors) == len(windows):
        raise errors[0]
    return Labelling(
        speakers=_agreed((outcome.labels for outcome in outcomes), question.people),
        asked=len({each.number for each in question.asked}),
        requests=desk.chat.purse.requests,
        kept=sum(outcome.kept for outcome in outcomes),
        failed=len(errors),
        unpaid=sum(outcome.unpaid for outcome in outcomes),
        usage=desk.chat.purse.used,
        cost=desk.chat.purse.cost,
    )


def _label_all(desk: _Desk, windows: Sequence[Window], people: Sequence[Person]) -> list[_Outcome]:
    """Label every window; a model that cannot be asked at all is asked no more."""
    with ThreadPoolExecutor(max_workers=desk.model.requests) as pool:
        futures = [pool.submit(desk.label, window, people) for window in windows]
        try:
            return [future.result() for future in futures]
        except (SetupError, KeyboardInterrupt):
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _agreed(found: Iterable[Mapping[int, int]], people: Sequence[Person]) -> dict[int, str]:
    """Return the speakers that every window agrees on that says anything of a quotation."""
    said: dict[int, set[int]] = {}
    for labels in found:
        for number, label in labels.items():
            said.setdefault(number, set()).add(label)
    return {
        number: people[min(labels) - 1].name
        for number, labels in sorted(said.items())
        if len(labels) == 1 and NOBODY not in labels
    }


def language_model_of(settings: Settings) -> LanguageModel:
    """Return the language model that the settings name.

    Raises:
        SetupError: If they name none.
    """
    if settings.language_model is None:
        hint = "set llm_url and llm_model in fullcast.toml, or FULLCAST_LLM_URL and FULLCAST_LLM_MODEL"
        raise SetupError("no language model is set", hint=hint)
    return settings.language_model


def label_text(text: str, reading: Reading, settings: Settings, sure: float) -> tuple[Reading, Labelling]:
    """Have the user's language model label the quotations of a text that a reading leaves in doubt.

    Args:
        text: The text.
        reading: Who says what in it.
        settings: Whom to ask.
        sure: Confidence below which a quotation is in doubt.

    Returns:
        The reading with the labels weighed in, and what became of the questions.

    Raises:
        SetupError: If there is no language model, or it cannot be asked.
        EngineError: If it answered nothing.
    """
    from platformdirs import user_cache_path

    cache = settings.cache_folder or user_cache_path("fullcast", appauthor=False)
    model = language_model_of(settings)
    doubtful = [number for number, heard in enumerate(reading.quotations) if heard.confidence < sure]
    asked = asked_of(reading.quotations, doubtful)
    found = ask_model(Question(text=text, people=reading.people, asked=asked), model, cache)
    quotations = tuple(
        combine(heard, found.speakers[heard.utterance + 1], model.model)
        if heard.utterance + 1 in found.speakers
        else heard
        for heard in reading.quotations
    )
    lines = Counter(heard.speaker for heard in quotations)
    people = (replace(person, lines=lines[person.name]) for person in reading.people)
    return Reading(people=tuple(sorted(people, key=lambda each: -each.lines)), quotations=quotations), found


def asked_of(quotations: Sequence[Heard], numbers: Iterable[int]) -> tuple[Asked, ...]:
    """Return the utterances that some quotations belong to, with all their pieces.

    Args:
        quotations: All of a text.
        numbers: Which of them are in doubt, as positions in the list.
    """
    wanted = {quotations[number].utterance for number in numbers}
    return tuple(
        Asked(number=heard.utterance + 1, start=heard.start, end=heard.end)
        for heard in quotations
        if heard.utterance in wanted
    )


def _key(model: LanguageModel, messages: Sequence[Message]) -> str:
    return digest([FORM, model.model, [[each.role, each.content] for each in messages]])


def _read_answers(file: Path) -> dict[str, str]:
    """Return the answers that were kept; none where there are none, or they cannot be read."""
    try:
        record = json.loads(file.read_bytes())
        answers = record["answers"] if record["form"] == FORM else {}
        return {str(key): str(value) for key, value in answers.items()}
    except (OSError, ValueError, TypeError, LookupError, AttributeError):
        return {}
