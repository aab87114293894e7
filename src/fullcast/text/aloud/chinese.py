"""Chinese as it is read aloud: numbers, dates, sums and units in characters."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

DIGITS = "零一二三四五六七八九"
_SMALL = ("", "十", "百", "千")
_LARGE = ("", "万", "亿", "兆")

NEEDED = re.compile(r"[0-9０-９%％°℃℉$€£¥￥₩½¼¾]")

_WIDE = str.maketrans("０１２３４５６７８９％：／．－", "0123456789%:/.-")

_CURRENCIES: Mapping[str, str] = {
    "$": "美元",
    "€": "欧元",
    "£": "英镑",
    "¥": "元",
    "￥": "元",
    "₩": "韩元",
    "US$": "美元",
    "HK$": "港元",
    "RMB": "元",
}

_UNITS: Mapping[str, str] = {
    "kg": "千克",
    "g": "克",
    "mg": "毫克",
    "t": "吨",
    "km": "千米",
    "m": "米",
    "cm": "厘米",
    "mm": "毫米",
    "km/h": "千米每小时",
    "m/s": "米每秒",
    "km²": "平方千米",
    "m²": "平方米",
    "㎡": "平方米",
    "m³": "立方米",
    "ml": "毫升",
    "l": "升",
    "L": "升",
    "s": "秒",
    "ms": "毫秒",
    "min": "分钟",
    "h": "小时",
    "°C": "摄氏度",
    "℃": "摄氏度",
    "°F": "华氏度",
    "℉": "华氏度",
    "°": "度",
    "Hz": "赫兹",
    "kW": "千瓦",
    "kWh": "千瓦时",
    "GB": "吉字节",
    "MB": "兆字节",
}

_MEASURES = frozenset(
    "个只条张位本间把匹件家座头群双对杯碗瓶块片朵棵颗支枝根辆艘架台扇口名人天年里斤两"
    "尺丈次趟遍声种句封顿场户元点岁层倍步"
)
"""What follows 两 rather than 二."""


def say_whole(number: int) -> str:
    """Return a whole number in characters.

    >>> say_whole(10_050), say_whole(15), say_whole(219)
    ('一万零五十', '十五', '二百一十九')
    """
    if number == 0:
        return DIGITS[0]
    said = ""
    gap = False
    groups = []
    rest = number
    while rest:
        rest, group = divmod(rest, 10_000)
        groups.append(group)
    if len(groups) > len(_LARGE):
        return say_digits(str(number))
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = bool(said)
            continue
        if said and (gap or group < 1000):
            said += DIGITS[0]
        said += _say_group(group) + _LARGE[place]
        gap = False
    return said[1:] if said.startswith("一十") else said


def _say_group(group: int) -> str:
    """Return a number below ten thousand."""
    said = ""
    zero = False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            said += (DIGITS[0] if zero and said else "") + DIGITS[digit] + _SMALL[place]
            zero = False
        else:
            zero = True
    return said


def say_digits(digits: str) -> str:
    """Return digits one by one, as years are read.

    >>> say_digits("1984")
    '一九八四'
    """
    return "".join(DIGITS[int(digit)] if digit.isdigit() else "点" for digit in digits)


def say_number(written: str) -> str:
    """Return a number as it is written: commas, a point, a sign.

    >>> say_number("-1,890.55"), say_number("007")
    ('负一千八百九十点五五', '零零七')
    """
    plain = written.replace(",", "").replace("，", "")
    if plain.startswith(("-", "负", "−")):
        return f"负{say_number(plain[1:])}"
    whole, point, part = plain.partition(".")
    if len(whole) > 1 and whole[0] == "0" and not point:
        return say_digits(whole)
    said = say_whole(int(whole or 0))
    return f"{said}点{say_digits(part)}" if point and part else said


def say_chinese(text: str) -> str:
    """Return a text as it is read aloud; one without digits and signs comes back as it is.

    >>> say_chinese("1984年3月5日，气温-3.5°C，他买了2个苹果，花了30%的钱。")
    '一九八四年三月五日，气温负三点五摄氏度，他买了两个苹果，花了百分之三十的钱。'
    """
    if not NEEDED.search(text):
        return text
    spoken = text.translate(_WIDE)
    for pattern, say in RULES:
        spoken = pattern.sub(say, spoken)
    return spoken


_NUMBER = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"


def _date(match: re.Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    year = match["year"]
    return f"{say_digits(year)}年{say_whole(month)}月{say_whole(day)}日"


def _day_first(match: re.Match[str]) -> str:
    month, day = int(match["month"]), int(match["day"])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return match[0]
    return f"{say_digits(match['year'])}年{say_whole(month)}月{say_whole(day)}日"


def _clock(match: re.Match[str]) -> str:
    hour, minute = int(match["hour"]), int(match["minute"])
    if hour > 24:
        return match[0]
    said = f"{'两' if hour == 2 else say_whole(hour)}点"
    if match["second"] is not None:
        return f"{said}{say_whole(minute)}分{say_whole(int(match['second']))}秒"
    if minute == 0:
        return f"{said}整"
    return f"{said}{'零' if minute < 10 else ''}{say_whole(minute)}分"


def _fraction(match: re.Match[str]) -> str:
    sign = "负" if match["sign"] else ""
    return f"{sign}{say_whole(int(match['bottom']))}分之{say_whole(int(match['top']))}"


def _percent(match: re.Match[str]) -> str:
    sign = "负" if match["sign"] else ""
    return f"{sign}百分之{say_number(match['number'])}"


def _measure(match: re.Match[str]) -> str:
    sign = "负" if match["sign"] else ""
    return f"{sign}{say_number(match['number'])}{_UNITS[match['unit']]}"


def _money(match: re.Match[str]) -> str:
    return f"{say_number(match['number'])}{match['large'] or ''}{_CURRENCIES[match['sign']]}"


def _range(match: re.Match[str]) -> str:
    return f"{match['one']}到{match['other']}"


def _phone(match: re.Match[str]) -> str:
    return say_digits(re.sub(r"\D", "", match[0])).replace("一", "幺")


def _plain(match: re.Match[str]) -> str:
    number = match["number"]
    after = match.string[match.end() :][:1]
    if number == "2" and after and after in _MEASURES and match.string[: match.start()][-1:] not in "第十":
        return "两"
    sign = "负" if match["sign"] else ""
    return f"{sign}{say_number(number)}"


_UNIT = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_SIGN = r"(?P<sign>(?<![0-9A-Za-z.])[-−]|负)?"

RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d.])"), _date),
    (re.compile(r"(?<!\d)(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4})(?!\d)"), _day_first),
    (re.compile(r"(?<!\d)(?P<year>\d{2})[-/](?P<month>\d{1,2})[-/](?P<day>\d{1,2})(?!\d)"), _date),
    (re.compile(r"(\d{4}|\d{2})(?=年(?![级代前后以])|年代)"), lambda match: say_digits(match[1])),
    (re.compile(r"0(\d)(?=[月日号])"), lambda match: DIGITS[int(match[1])]),
    (re.compile(r"(?<![\d:])(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?![\d:])"), _clock),
    (re.compile(r"(?<!\d)1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"), _phone),
    (re.compile(rf"(?P<one>\d+)\s?[-~～—–]\s?(?P<other>\d+)(?=\s?(?:{_UNIT}|%|[\u4e00-\u9fff]))"), _range),
    (re.compile(rf"{_SIGN}(?P<number>{_NUMBER})\s?%"), _percent),
    (re.compile(rf"{_SIGN}(?P<top>\d+)/(?P<bottom>\d+)"), _fraction),
    (re.compile(rf"(?P<sign>US\$|HK\$|[$€£¥￥₩])\s?(?P<number>{_NUMBER})(?P<large>[千万百亿]*)"), _money),
    (re.compile(rf"{_SIGN}(?P<number>{_NUMBER})\s?(?P<unit>{_UNIT})(?![A-Za-z])"), _measure),
    (re.compile(rf"{_SIGN}(?P<number>{_NUMBER})"), _plain),
)
