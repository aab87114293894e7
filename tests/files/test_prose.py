"""Laws of writing a book's words as chapter text: what is written is read back as those words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fullcast.files.prose import (
    Block,
    BlockKind,
    Phrase,
    escape_inline,
    is_ornament,
    tidy_characters,
    tidy_line,
    write_chapter,
)
from fullcast.text.document import BlockKind as ReadKind
from fullcast.text.document import flatten
from fullcast.text.markup import read_markup

TEXT = st.text(alphabet="ab Z9é灯*_[]{}#>:;\\`~-=+.!|&<\"'“”’—(),\u00a0\u00ad\u200a", max_size=12)
PHRASES = st.lists(st.builds(Phrase, TEXT, st.booleans()), max_size=5)


def words(text: str) -> str:
    return "".join(tidy_characters(text).split())


@given(st.lists(PHRASES, min_size=1, max_size=4), st.sampled_from(["text", "quoted", "heading"]))
def test_a_paragraph_is_read_back_as_its_own_characters(lines: list[list[Phrase]], place: str) -> None:
    tidy = tuple(line for line in map(tidy_line, lines) if line)
    kind = BlockKind.HEADING if place == "heading" else BlockKind.PARAGRAPH
    block = Block(kind=kind, lines=tidy, quoted=place == "quoted", level=2)
    if not any(map(str.isalnum, block.text)):
        return
    document = read_markup(write_chapter([block]), "chapter.md")
    assert not document.problems
    (read,) = document.blocks
    assert read.kind is (ReadKind.HEADING if place == "heading" else ReadKind.PARAGRAPH)
    assert "".join(flatten(document.source, read).text.split()) == words(block.text)


@given(PHRASES)
def test_tidying_a_line_twice_changes_nothing(phrases: list[Phrase]) -> None:
    line = tidy_line(phrases)
    assert tidy_line(line) == line


@given(PHRASES)
def test_tidying_keeps_every_visible_character(phrases: list[Phrase]) -> None:
    whole = "".join(phrase.text for phrase in phrases)
    assert words("".join(phrase.text for phrase in tidy_line(phrases))) == words(whole)


def test_emphasis_survives_where_asterisks_can_say_it() -> None:
    line = tidy_line(
        [Phrase("She "), Phrase("never ", True), Phrase("un"), Phrase("believ", True), Phrase("able.")]
    )
    block = Block(kind=BlockKind.PARAGRAPH, lines=(line,))
    assert write_chapter([block]) == "She *never* un*believ*able.\n"


def test_emphasis_that_asterisks_cannot_say_is_dropped_and_its_words_kept() -> None:
    line = tidy_line([Phrase("a"), Phrase("“b”", True), Phrase("c")])
    assert write_chapter([Block(kind=BlockKind.PARAGRAPH, lines=(line,))]) == "a“b”c\n"


def test_quoted_paragraphs_of_one_letter_stay_together() -> None:
    quoted = [
        Block(kind=BlockKind.PARAGRAPH, lines=((Phrase(text),),), quoted=True)
        for text in ("Dear Tom,", "come.")
    ]
    assert write_chapter(quoted) == "> Dear Tom,\n>\n> come.\n"


def test_scene_breaks_stand_only_between_paragraphs() -> None:
    rule = Block(kind=BlockKind.BREAK)
    heading = Block(kind=BlockKind.HEADING, lines=((Phrase("Two"),),), level=3)
    paragraph = Block(kind=BlockKind.PARAGRAPH, lines=((Phrase("Words."),),))
    blocks = [rule, paragraph, rule, rule, paragraph, rule, heading, rule, paragraph, rule]
    assert write_chapter(blocks) == "Words.\n\n***\n\nWords.\n\n### Two\n\nWords.\n"


def test_ornaments_are_told_from_silence() -> None:
    assert all(map(is_ornament, ["* * *", "⁂", "#", "~", "---", "• • •"]))
    assert not any(map(is_ornament, ["…", "...", "—", "?", "- No.", "1", ""]))


def test_plain_prose_is_not_touched() -> None:
    prose = "1984. It cost $3 & more - “half” of it; see p. 7: snake_case, a < b, 5-4 = 1!"
    assert escape_inline(prose) == prose
