"""Spoken text: what a reader says for what is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullcast.text.aloud.chinese import say_whole
from fullcast.text.aloud.numbers import read_roman, say_cardinal, say_ordinal, write_roman
from fullcast.text.normalise import normalise

ENGLISH = {
    "He was born on 3rd Jan. 1865.": "He was born on the third of January eighteen sixty five.",
    "July 4, 1776": "July fourth, seventeen seventy six",
    "In 1984 saw 1,984 men": "In nineteen eighty four saw one thousand nine hundred and eighty four men",
    "from 1812–1870": "from eighteen twelve to eighteen seventy",
    "See pp. 3–5.": "See pages three to five.",
    "the 1860s and the ’90s": "the eighteen sixties and the nineties",
    "Henry VIII and Louis XIV": "Henry the eighth and Louis the fourteenth",
    "CHAPTER IV. World War II": "CHAPTER four. World War two",
    "Mary and I came. Did I?": "Mary and I came. Did I?",
    "Dr. Grey lives in Baker St.": "Doctor Grey lives in Baker Street.",
    "St. Paul's, Mr. and Mrs. Hill": "Saint Paul's, Mister and Misses Hill",
    "It cost £5 10s. 6d. in all": "It cost five pounds ten shillings six pence in all",
    "$5.50 or $1": "five dollars fifty cents or one dollar",
    "at 10 a.m., at 6:30, at 7:05": "at ten AM, at six thirty, at seven oh five",
    "3/4 of 2½": "three quarters of two and a half",
    "a 12-year-old of 5'10\"": "a twelve-year-old of five feet ten inches",
    "98.6 °F, 50% off, 3 kg": "ninety eight point six degrees fahrenheit, fifty percent off, three kilograms",
    "Smith & Co. of No. 7": "Smith and company of number seven",
    "e.g. tea, coffee, etc.": "for example tea, coffee, et cetera.",
    "J. R. R. Tolkien in the U.S.A.": "JRR Tolkien in the USA.",
    "Write to a.bc@gmail.com": "Write to a dot bc at gmail dot com",
    "Call 555-1234": "Call five five five, one two three four",
    "the 21st time, the 3rd": "the twenty first time, the third",
    "(555) 123-4567, +1(555) 123-4567": "five five five, one two three, four five six seven, plus one, "
    "five five five, one two three, four five six seven",
    "He lived at 1428 Elm St. It was cold.": "He lived at fourteen twenty eight Elm Street. It was cold.",
    "12 N 1st Ave, Austin, TX 78701": "twelve North first Avenue, Austin, Texas seven eight seven zero one",
    "708 Main St": "seven zero eight Main Street",
    "1960s-80s, the mid-80s, Jan-15": "nineteen sixties to eighties, the mid eighties, January fifteenth",
    "340 A.D. and 1066 A.D.": "three forty AD and ten sixty six AD",
    "4 1/2 lbs, 12kg/km, 1980-1970 kg": "four and a half pounds, twelve kilograms per kilometer, "
    "one thousand nine hundred and eighty to one thousand nine hundred and seventy kilograms",
    "upgrade/update and/or he/she": "upgrade slash update and or he slash she",
    "a card ending in 8876": "a card ending in eight eight seven six",
    "St. Ives is in Chapter V.": "Saint Ives is in Chapter five.",
    "114...48, 123,000012": "one hundred and fourteen...forty eight, one hundred and twenty three, "
    "zero zero zero zero one two",
    "the part I played; Chapter I; Part I was long": "the part I played; Chapter one; Part I was long",
    "He came at 5 p.m. It rained. He left at 6 a.m.": "He came at five PM. It rained. He left at six AM.",
    "at 5 p.m. on Monday, at 5 p.m. Monday": "at five PM on Monday, at five PM Monday",
    "He liked the U.S.A. It is large, the U.S.A.": "He liked the USA. It is large, the USA.",
    "No. I will not — never … so there.": "No. I will not — never … so there.",
}

CHINESE = {
    "1984年3月5日": "一九八四年三月五日",
    "2024-01-05": "二零二四年一月五日",
    "12:30开会": "十二点三十分开会",
    "买了2个苹果，2公里": "买了两个苹果，二公里",
    "增长了30%": "增长了百分之三十",
    "3/4的人": "四分之三的人",
    "气温-5°C": "气温负五摄氏度",
    "第3章，第210页": "第三章，第二百一十页",
    "3.14和10050": "三点一四和一万零五十",
    "给了$100": "给了一百美元",
    "电话13812345678": "电话幺三八幺二三四五六七八",
    "３个人": "三个人",
    "没有数字的句子。": "没有数字的句子。",
}


@pytest.mark.parametrize(("written", "spoken"), ENGLISH.items())
def test_english(written: str, spoken: str) -> None:
    assert normalise(written, "en-GB") == spoken


@pytest.mark.parametrize(("written", "spoken"), CHINESE.items())
def test_chinese(written: str, spoken: str) -> None:
    assert normalise(written, "zh-CN") == spoken


@pytest.mark.parametrize("language", ["ja", "ko", "th"])
def test_other_languages_are_left_to_the_engine(language: str) -> None:
    assert normalise("Am 3. Mai 1984", language) == "Am 3. Mai 1984"


LETTERS = st.text(st.characters(categories=["Ll"], max_codepoint=0x24F) | st.sampled_from(" ,!?;:’“”—…\n"))


@given(LETTERS, st.sampled_from(["en", "zh"]))
def test_words_alone_are_never_changed(text: str, language: str) -> None:
    assert normalise(text, language) == text


@given(st.text(max_size=120), st.sampled_from(["en", "zh"]))
def test_whatever_it_is_the_same_comes_out_and_words_do_not_vanish(text: str, language: str) -> None:
    spoken = normalise(text, language)
    assert spoken == normalise(text, language)
    assert any(character.isalnum() for character in spoken) or not any(
        character.isalnum() for character in text
    )


@given(st.integers(0, 10**15), st.sampled_from(["en", "zh"]))
def test_no_digit_is_left(number: int, language: str) -> None:
    spoken = normalise(f"x {number} y", language)
    assert not any(character in "0123456789" for character in spoken)


WORDS = {word: number for number in range(100) for word in [say_cardinal(number)]}


def value(words: str) -> int:
    """Return the number that English words stand for, by adding up."""
    total = group = 0
    scales = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
    for word in words.replace(" and ", " ").split():
        if word == "hundred":
            group *= 100
        elif word in scales:
            total, group = total + group * scales[word], 0
        else:
            group += WORDS[word]
    return total + group


@given(st.integers(0, 10**15 - 1))
def test_words_add_up_to_the_number(number: int) -> None:
    assert value(say_cardinal(number)) == number


@given(st.integers(1, 3999))
def test_roman_numerals_are_read_back(number: int) -> None:
    assert read_roman(write_roman(number)) == number


@given(st.integers(1, 10**12))
def test_ordinals_end_as_ordinals(number: int) -> None:
    assert say_ordinal(number).endswith(("st", "nd", "rd", "th"))


CHARACTERS = {character: number for number, character in enumerate("零一二三四五六七八九")}


def chinese_value(said: str) -> int:
    """Return the number that Chinese characters stand for, by adding up."""
    for scale, size in (("兆", 10**12), ("亿", 10**8), ("万", 10**4)):
        if scale in said:
            before, _, after = said.partition(scale)
            return chinese_value(before) * size + (chinese_value(after) if after else 0)
    total = digit = 0
    for character in said:
        if character in CHARACTERS:
            digit = CHARACTERS[character]
        else:
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
    return total + digit


@given(st.integers(0, 10**15))
def test_characters_add_up_to_the_number(number: int) -> None:
    assert chinese_value(say_whole(number)) == number
