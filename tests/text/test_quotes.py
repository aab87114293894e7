from __future__ import annotations

import pytest

from fullcast.text.quotes import find_quotations, find_typography

PARAGRAPHS = [
    ("en", "<“No,”> said Tom, <“never.”>"),
    ("en", '<"Hi,"> she said. <"It\'s 5\' 6" tall.">'),
    ("en", "<‘Hm,’> he said. <‘I’ll go to the boys’ club, I think,’> and <‘’Tis “done” now.’>"),
    ("en", "<'Don't,'> she said, <'be silly.'>"),
    ("en", "<“He cried “stop!” and ran,”> said Jo."),
    ("en", "The “expert” read “Middlemarch” in the so-called ‘club’. <“Ha!”>"),
    ("en", "<“If you’re ready,”> he said, <“and only if you are, we go.”>"),
    ("de", "<„Ja“,> sagte Mara. <„Nein, ‚nie‘.“> Das „Haus“ brannte."),
    ("de", "<»Gut«,> sagte er, <»dann gehen wir.«>"),
    ("fr", "<« Bonjour,> dit-il,< comment allez-vous ? »> Elle rit."),
    ("fr", "<« Non ! »> cria Paul."),
    ("fr", "<— Oui,> répondit Marie.< Et vous ?>"),
    ("es", "<—Hola >—dijo Juan—.< ¿Qué tal?>"),
    ("es", "<—¿Qué? >—preguntó Ana."),
    ("es", "<«Sí»,> dijo Mara."),
    ("ru", "<— Привет,> — сказал он. <— Как дела?>"),
    ("zh", "<“你好吗？”>她问。<“很好。”>"),
    ("zh", "他说<“好”。>所谓“专家”来了。"),
    ("zh", "<「你好『朋友』，」>他说。"),
    ("ja", "<「はい」>と彼は言った。<「行こう」>"),
    ("ja", "『本』を読んだ。彼は<「はい」>と答えた。"),
]


@pytest.mark.parametrize(("language", "marked"), PARAGRAPHS)
def test_quotations_stand_where_the_angle_brackets_are(language: str, marked: str) -> None:
    text = marked.replace("<", "").replace(">", "")
    (found,) = find_quotations([text], find_typography([text], language))
    again = text
    for quotation in reversed(found):
        again = (
            f"{again[: quotation.start]}<{again[quotation.start : quotation.end]}>{again[quotation.end :]}"
        )
    assert again == marked


@pytest.mark.parametrize(
    ("language", "paragraphs", "continues"),
    [
        ("en", ["“One.", "“Two.”"], [False, True]),
        ("en", ['"One.', '"Two,', '"Three."'], [False, True, True]),
        ("fr", ["« Un.", "» Deux. »"], [False, True]),
        ("zh", ["“一。", "“二。”"], [False, True]),
        ("de", ["„Eins.", "Zwei.", "Drei.“"], [False, True, True]),
        ("en", ["“One.”", "“Two.”"], [False, False]),
    ],
)
def test_a_quotation_goes_on_over_paragraphs(
    language: str, paragraphs: list[str], continues: list[bool]
) -> None:
    found = find_quotations(paragraphs, find_typography(paragraphs, language))
    assert [quotation.continues for row in found for quotation in row] == continues
    assert [(row[0].start, row[0].end) for row in found] == [(0, len(text)) for text in paragraphs]


def test_a_quotation_that_is_never_closed_ends_with_its_paragraph() -> None:
    paragraphs = ["She said, “open.", "It rained.", "“Shut,” said he."]
    found = find_quotations(paragraphs, find_typography(paragraphs, "en"))
    assert [len(row) for row in found] == [1, 0, 1]
    assert not found[0][0].closed
