"""Other languages as they are read aloud: what numbers, dates, sums and abbreviations become."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.text.aloud.world import reads, say_world, spell
from fullcast.text.aloud.world_words import SAME, TONGUES
from fullcast.text.normalise import normalise

GERMAN = [
    ("Am 3. Mai, der 3. Mai, 3. Mai.", "Am dritten Mai, der dritte Mai, dritter Mai."),
    ("Im 19. Jahrhundert war er 21.", "Im neunzehnten Jahrhundert war er einundzwanzig."),
    (
        "Er kam 1984 mit 1984 Mark.",
        "Er kam neunzehnhundertvierundachtzig mit neunzehnhundertvierundachtzig Mark.",
    ),
    ("Ludwig XIV. und Ludwigs XIV. Hof", "Ludwig der Vierzehnte und Ludwigs des Vierzehnten Hof"),
    ("5,50 € oder 3 $", "fünf Euro fünfzig oder drei Dollar"),
    ("um 14:30 Uhr, um 9.05 Uhr", "um vierzehn Uhr dreißig, um neun Uhr fünf"),
    ("1.234.567 Leute", "eine Million zweihundertvierunddreißigtausendfünfhundertsiebenundsechzig Leute"),
    ("−7 °C, 2,5 kg, 1 km", "minus sieben Grad Celsius, zwei Komma fünf Kilogramm, ein Kilometer"),
    ("3–5 Tage, 20 %", "drei bis fünf Tage, zwanzig Prozent"),
    (
        "z. B. Dr. Grau, St. Georg, Nr. 7 usw.",
        "zum Beispiel Doktor Grau, Sankt Georg, Nummer sieben und so weiter",
    ),
    ("030 1234567, 007", "null drei null eins zwei drei vier fünf sechs sieben, null null sieben"),
    ("ISBN 3-16-148410-0, Version 2.0.1, A4", "ISBN 3-16-148410-0, Version 2.0.1, A4"),
]
FRENCH = [
    ("Louis XIV, François Ier et Henri IV", "Louis quatorze, François premier et Henri quatre"),
    ("Au XIXe siècle, la 1re et la 2e fois", "Au dix-neuvième siècle, la première et la deuxième fois"),
    ("M. Dupont et Mme Durand, etc.", "Monsieur Dupont et Madame Durand, et cetera"),
    ("à 14h30, à 1 h, à 8:05", "à quatorze heures trente, à une heure, à huit heures cinq"),
    ("1 200 F et 3,50 €", "mille deux cents francs et trois euros cinquante"),
    ("le 1er mai 1984", "le premier mai mille neuf cent quatre-vingt-quatre"),
    ("Chapitre IV : 71 ans, 12,5 %", "Chapitre quatre : soixante-et-onze ans, douze virgule cinq pour cent"),
]
SPANISH = [
    ("Felipe II y Alfonso XIII, siglo XIX", "Felipe segundo y Alfonso trece, siglo diecinueve"),
    (
        "El Sr. López y Ud. tienen 21 libros y 1 gato",
        "El señor López y usted tienen veintiún libros y un gato",
    ),
    ("$5,50 a las 14:30", "cinco dólares con cincuenta a las catorce y treinta"),
    (
        "el 1º de mayo, la 3ª vez, 1.234,5 km",
        "el primero de mayo, la tercera vez, mil doscientos treinta y cuatro coma cinco kilómetros",
    ),
]
OTHERS = [
    (
        "it",
        "Nel XIX secolo il sig. Rossi, 3,50 €",
        "Nel diciannovesimo secolo il signor Rossi, tre euro e cinquanta",
    ),
    ("pt", "No século XX, D. Pedro II, 20%", "No século vinte, D. Pedro segundo, vinte por cento"),
    ("nl", "de 19e eeuw, 3 mei 1984", "de negentiende eeuw, drie mei negentienvierentachtig"),
    ("sv", "1984, 21 barn, t.ex.", "nittonhundraåttiofyra, tjugoen barn, till exempel"),
    ("da", "20 %", "tyve procent"),
    ("nb", "20 %", "tjue prosent"),
    ("fi", "3,5", "kolme pilkku viisi"),
    ("tr", "%20", "yüzde yirmi"),
    ("ru", "21 %, 22 %, 25 %", "двадцать один процент, двадцать два процента, двадцать пять процентов"),
    ("pl", "W 1984 roku", "W 1984 roku"),
]


@pytest.mark.parametrize(
    ("language", "written", "read"),
    [
        *(("de", *each) for each in GERMAN),
        *(("fr", *each) for each in FRENCH),
        *(("es", *each) for each in SPANISH),
        *OTHERS,
    ],
)
def test_figures_are_read_as_people_read_them(language: str, written: str, read: str) -> None:
    assert normalise(written, f"{language}-XX") == read


def test_languages_without_rules_are_left_to_the_engine() -> None:
    assert not reads("ja")
    assert normalise("1984年の3月", "ja") == "1984年の3月"
    assert all(SAME[tag] in TONGUES for tag in SAME)


@pytest.mark.parametrize("language", sorted(TONGUES))
def test_every_language_spells_numbers_in_its_letters(language: str) -> None:
    words = {spell(number, language) for number in range(0, 1_000_000, 997)}
    assert len(words) == len(range(0, 1_000_000, 997))
    assert not any(re.search(r"[\d\u00ad]", word) for word in words)


@given(st.sampled_from(sorted(TONGUES)), st.text(alphabet="aäéñ Zß,.;:!?«»“”’—\n"))
def test_text_without_figures_and_abbreviations_stays(language: str, text: str) -> None:
    assert say_world(text, language) == text


@given(st.sampled_from(sorted(TONGUES)), st.text(alphabet="0123456789 .,:-–%€$£°IVXermhkº/aM"))
def test_anything_is_read_without_a_fault_and_letters_stay(language: str, text: str) -> None:
    read = say_world(text, language)
    assert sum(map(str.isdigit, read)) <= sum(map(str.isdigit, text))
