from __future__ import annotations

import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fullcast.model.book import Age, Sex
from fullcast.model.reading import Person
from fullcast.text.chinese.speech import is_chinese_speech
from fullcast.text.chinese_reading import analyse_chinese, read_chinese

_PIECES = st.sampled_from(
    (
        *'“”「」『』‘’"\n：，。！他她我\u3000\u2028\x85\ud800A',
        *("王掌柜", "李四", "说", "道", "笑道", "看着", "老头儿", "众人", "有人", "第一章", "***", "……"),
        *("阿妹", "玛格丽特·布朗"),
        "\r\n",
    )
)

_TEXTS = st.one_of(st.text(), st.lists(_PIECES, max_size=60).map("".join))


@given(_TEXTS)
@settings(deadline=None)
def test_quotations_lie_in_the_text_in_order_and_apart(text: str) -> None:
    reading = read_chinese(text)
    end = 0
    for heard in reading.quotations:
        assert end <= heard.start < heard.end <= len(text)
        end = heard.end


@given(_TEXTS)
@settings(deadline=None, max_examples=50)
def test_a_text_has_one_reading(text: str) -> None:
    assert read_chinese(text) == read_chinese(text)


@given(_TEXTS)
@settings(deadline=None)
def test_speakers_are_people_and_their_lines_are_counted(text: str) -> None:
    reading = read_chinese(text)
    lines = Counter(heard.speaker for heard in reading.quotations if heard.speaker is not None)
    assert lines == Counter({person.name: person.lines for person in reading.people})
    assert all(0 <= heard.confidence <= 1 for heard in reading.quotations)
    numbers = [heard.utterance for heard in reading.quotations]
    assert numbers == sorted(numbers)


@given(st.lists(_PIECES, max_size=60).map("".join), st.data())
@settings(deadline=None, max_examples=50)
def test_what_a_person_fixed_stays(text: str, data: st.DataObject) -> None:
    paragraphs = text.splitlines()
    count = len(analyse_chinese(paragraphs).quotations)
    if not count:
        return
    number = data.draw(st.integers(0, count - 1))
    assert analyse_chinese(paragraphs, (), {number: "张三丰"}).quotations[number].speaker == "张三丰"


@pytest.mark.parametrize(
    ("text", "speakers"),
    [
        ("王掌柜笑道：“请坐。”", ["王掌柜"]),
        ("“请坐。”王掌柜说。", ["王掌柜"]),
        ("“请坐，”王掌柜说，“喝茶。”", ["王掌柜", "王掌柜"]),
        ("王掌柜说：\n“请坐。”", ["王掌柜"]),
        ("王掌柜放下账本，叹了一口气，半晌才说：“请坐。”", ["王掌柜"]),
        ("王掌柜对李四说：“请坐。”", ["王掌柜"]),
        ("李四问王掌柜道：“有茶么？”", ["李四"]),
        ("“请坐。”王掌柜拉开一把椅子。", ["王掌柜"]),
        ("王掌柜听见李四喊道：“着火了！”", ["李四"]),
        ("李四被王掌柜骂得抬不起头，低声说：“我改。”", ["李四"]),
        ("王掌柜的儿子李四说：“请坐。”", ["李四"]),
        ("「請坐。」王掌櫃說。", ["王掌櫃"]),
        ('"请坐。"王掌柜说。', ["王掌柜"]),
        ("“谁在那里？”\n说话的是李四。", ["李四"]),
        ("“您是谁，先生？”夏洛克·福尔摩斯问道。", ["夏洛克·福尔摩斯"]),
        ("李四说：“一。\n“二。”", ["李四", "李四"]),
        ("有人喊道：“着火了！”", [None]),
        ("大家齐声喊道：“着火了！”", ["众人"]),
    ],
)
def test_a_tag_names_who_speaks(text: str, speakers: list[str | None]) -> None:
    scene = "王掌柜站着。李四坐着。李四看着王掌柜，王掌柜看着账本。\n"
    assert [heard.speaker for heard in read_chinese(scene + text).quotations] == speakers


def test_pronouns_follow_sex() -> None:
    text = "王掌柜和李小姐坐在窗边。李小姐望着街上。王掌柜数着钱。\n“下雨了。”她说。\n“嗯。”他说。"
    assert [heard.speaker for heard in read_chinese(text).quotations] == ["李小姐", "王掌柜"]


def test_who_is_called_by_name_answers_and_does_not_ask() -> None:
    text = "王掌柜说：“来了？”\n李四说：“来了。”\n赵五坐着不动。\n“赵五，你怎么看？”\n“我不看。”\n"
    reading = read_chinese(text)
    assert reading.quotations[2].speaker != "赵五"
    assert reading.quotations[3].speaker == "赵五"


def test_two_people_take_turns() -> None:
    text = "王掌柜说：“来了？”\n李四说：“来了。”\n“坐吧。”\n“不坐了。”\n“喝茶？”\n“不喝。”"
    speakers = [heard.speaker for heard in read_chinese(text).quotations]
    assert speakers == ["王掌柜", "李四"] * 3


def test_a_narrator_who_is_in_the_story_speaks() -> None:
    text = "我推开门。我看见王掌柜。\n我说：“来了。”\n王掌柜说：“坐。”\n我摇摇头：“不坐。”"
    assert [heard.speaker for heard in read_chinese(text).quotations] == ["我", "王掌柜", "我"]


def test_forms_of_a_name_are_gathered() -> None:
    text = "苏晚晴说：“早。”晚晴笑了笑，又坐下。\n“苏小姐早。”周老头儿说。\n晚晴说：“请坐。”晚晴看着窗外。"
    people = {person.name: person for person in read_chinese(text).people}
    assert set(people["苏晚晴"].aliases) >= {"晚晴", "苏小姐"}
    assert people["苏晚晴"].sex is Sex.FEMALE
    assert people["苏晚晴"].lines == 2
    assert people["周老头儿"].age is Age.OLD


def test_parts_around_a_tag_are_one_utterance() -> None:
    reading = read_chinese("“请坐，”王掌柜说，“喝茶。”\n“好。”李四说。")
    assert [heard.utterance for heard in reading.quotations] == [0, 0, 1]


def test_people_who_are_known_are_found_under_their_aliases() -> None:
    known = (Person(name="Old Tom", aliases=("老榕树",), sex=Sex.MALE),)
    reading = analyse_chinese(["老榕树说：“下雨了。”", "“嗯。”李四说。"], known)
    assert [heard.speaker for heard in reading.quotations] == ["Old Tom", "李四"]


def test_a_correction_turns_the_quotations_around_it() -> None:
    paragraphs = ["王掌柜站着。李四坐着。李四看着王掌柜。", "“来了？”", "“来了。”", "“坐吧。”"]
    for first, second in (("王掌柜", "李四"), ("李四", "王掌柜")):
        reading = analyse_chinese(paragraphs, (), {0: first})
        assert [heard.speaker for heard in reading.quotations] == [first, second, first]
        assert reading.quotations[0].confidence == 1.0


@pytest.mark.parametrize(
    ("before", "inner", "after", "speech"),
    [
        ("", "走吧。", "他说。", True),
        ("他说", "走吧。", "", True),
        ("我们管它叫", "大锅饭", "，意思是什么都有。", False),
        ("", "铁头", "是他的外号。", False),
        ("墙上写着：", "莫谈国事", "", False),
        ("墙上", "莫谈国事", "四个字", False),
        ("所谓", "医德", "，都成了空话。", False),
        ("他喝道：", "住手", "", True),
        ("他念了一声", "阿弥陀佛", "，坐下了。", False),
    ],
)
def test_words_in_marks_are_speech_or_not(before: str, inner: str, after: str, *, speech: bool) -> None:
    assert is_chinese_speech(before, inner, after) is speech


def _load_benchmark() -> ModuleType:
    path = Path(__file__).parents[2] / "benchmarks" / "attribution" / "chinese.py"
    spec = importlib.util.spec_from_file_location("bench_chinese", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(("folder", "explicit", "in_all"), [("seen", 0.95, 0.88), ("unseen", 0.9, 0.72)])
def test_annotated_passages_keep_their_floor(folder: str, explicit: float, in_all: float) -> None:
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    found = spurious = marked = 0
    for passage in _load_benchmark().load_passages(folder):
        reading = read_chinese(passage.text)
        found += passage.count_found(reading)
        spurious += passage.count_spurious(reading)
        marked += len(passage.gold)
        for gold, _, is_right in passage.judge(reading):
            whole[gold.kind] += 1
            right[gold.kind] += is_right
    assert found >= 0.98 * marked
    assert spurious <= 0.05 * marked
    assert right["e"] >= explicit * whole["e"]
    assert right.total() >= in_all * whole.total()
