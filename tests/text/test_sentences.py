from __future__ import annotations

import pytest

from fullcast.text.sentences import find_sentences

HARD = [
    ("en", "Mr. J. R. Hope left at 5 p.m. | He paid 3.50. | “Why?” she asked. | It was I. | He knew."),
    ("en", "Wait... what? | Well… | I never! | “Go!” | Then he ran. | See No. 5. | No. | Never."),
    ("en", "He lives in the U.S. with Dr. Who. | She met St. John at 10.30 a.m. on Jan. 3rd."),
    ("en", "(He did.) | Then etc. | The end. | 'Stop.' | She did."),
    (
        "en",
        "Vol. 3, pp. 4-5. | “What’s that?!” | “Nothing.”",
    ),
    ("en", "J.R.R. Tolkien wrote. | Henry V. was king. | He had apples, pears, etc. | They ate."),
    ("en", "Mrs. Hudson, i.e. the landlady, came. | “Oh! no,” he said. | Yes!! | Really?"),
    ("en", "“Mr. Holmes!” cried the Rev. Elias Smith, D.D., of Mt. Pleasant. | “Is it you?”"),
    (
        "de",
        "Am 3. Mai kam Dr. Weiß z.B. mit Hrn. Klein. | Ludwig XIV. war da. | Er ging usw. | Dann kam sie.",
    ),
    ("de", "„Ja.“ | Sie lachte. | Es waren 12. | Dann Schluss. | Nr. 5 lebt. | »Gut!« | Er ging."),
    ("fr", "M. Dupont arriva. | « Bonjour ! » dit-il. | Le roi… | Il partit."),
    (
        "fr",
        "« Oui. » | Elle rit. | J.-P. Martin vint.",
    ),
    ("es", "El Sr. López llegó. | ¿Qué tal? | ¡Bien! | —Sí —dijo."),
    (
        "es",
        "Vino a las 5 p.m. | El perro. | Ud. sabe, etc. | No.",
    ),
    ("zh", "“你好吗？”她问。|“很好。”|我……不知道。|真的吗？！|当然。|「走吧！」他说。|他来了……”|然后。"),
    ("ja", "「はい。」と言った。|行こう！|そうだね。|3.5です。"),
    ("hi", "वह आया। | फिर गया।"),
]


@pytest.mark.parametrize(("language", "marked"), HARD)
def test_hard_lines_are_split_where_a_reader_would(language: str, marked: str) -> None:
    expected = [sentence.strip() for sentence in marked.split("|")]
    text = marked.replace("|", "")
    text = " ".join(text.split()) if language not in {"zh", "ja"} else text
    assert [text[start:end] for start, end in find_sentences(text, language)] == expected
