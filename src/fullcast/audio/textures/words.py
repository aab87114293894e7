"""The words that name sounds: which words mean which kind, in English and Chinese."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Rule:
    """A kind of sound and the words that ask for it."""

    kind: str
    subjects: frozenset[str]
    """Any one of these names the kind, if the rule has no qualifiers or one of them stands near."""
    qualifiers: frozenset[str] = frozenset()


def _rule(kind: str, subjects: str, qualifiers: str = "") -> Rule:
    return Rule(kind, frozenset(subjects.split()), frozenset(qualifiers.split()))


_RAIN = (
    "rain rainfall rainstorm raindrop downpour shower cloudburst "
    "雨 下雨 雨声 大雨 小雨 暴雨 中雨 细雨 雨点 雨滴"
)
_WIND = "wind windy 风 风声 大风 微风 狂风"
_SEA = "wave sea ocean surf shore beach seaside coast breaker 海 海浪 海水 大海 浪 浪花 海边 海滩 波浪 潮水"
_STEPS = "footstep step footfall walk walker pace tread boot 脚步 脚步声 走路 步伐"
_DOOR = "door gate 门"
_BELL = "bell 钟 铃 铃声 钟声 铃铛"
_CLOCK = "clock grandfather pendulum 时钟 座钟 挂钟 闹钟"
_CROWD = (
    "crowd murmur babble people voice chatter hubbub audience gathering throng "
    "人群 人声 嘈杂 喧哗 低语 交谈声 谈话声"
)
_NIGHT = "night nighttime evening dusk midnight 夜 夜晚 夜里 深夜 夜色 黑夜"

RULES: Final[tuple[Rule, ...]] = (
    _rule("tin-rain", _RAIN, "tin metal iron zinc corrugated roof caravan shed 铁皮 屋顶 铁"),
    _rule("leaf-rain", _RAIN, "leaf leaves tree forest wood garden foliage 树叶 叶子 树林 森林 叶"),
    _rule("window-rain", _RAIN, "window pane windowpane glass indoor indoors inside 窗 窗户 玻璃 窗外 室内"),
    _rule("umbrella-rain", _RAIN, "umbrella tent canvas awning 伞 雨伞 帐篷"),
    _rule("drizzle", "drizzle mizzle 毛毛雨 细雨"),
    _rule("drizzle", _RAIN, "drizzly drizzling mist misty fine 毛毛"),
    _rule("rain", _RAIN),
    _rule("rustling", _WIND + " breeze", "tree leaf leaves forest wood 树 树叶 树林 树木"),
    _rule("rustling", "rustle foliage leaves leaf 沙沙"),
    _rule("howling", _WIND, "howl moan whistle wail chimney keyhole gap 呼啸 呜咽 哀嚎"),
    _rule("breeze", "breeze breath draught draft 微风 清风 轻风"),
    _rule("breeze", _WIND, "light gentle soft mild"),
    _rule("gale", "gale storm hurricane blizzard tempest squall typhoon 狂风 暴风 台风 风暴 暴风雪"),
    _rule("gale", _WIND, "strong heavy stormy violent storm 强"),
    _rule("wind", _WIND + " gust"),
    _rule("harbour", "lap lapping harbour harbor quay pier jetty dock marina 港 港口 码头 拍岸"),
    _rule("harbour", _SEA + " water lake", "lap gently boat hull lake 湖"),
    _rule("lake", "lake pond 湖 池塘"),
    _rule("surf", _SEA, "storm stormy crash rough wild heavy pound rock cliff huge 汹涌 巨浪 惊涛"),
    _rule("surf", "breaker surf 巨浪 惊涛"),
    _rule("sea", _SEA),
    _rule("brook", "stream brook creek rill spring rivulet 溪 溪流 小溪 溪水 泉水"),
    _rule("river", "river rapids current weir 河 河流 河水 江"),
    _rule("waterfall", "waterfall cascade cataract 瀑布"),
    _rule("campfire", "campfire bonfire 篝火 营火"),
    _rule("campfire", "fire flame", "camp outdoor outdoors outside forest"),
    _rule("candle", "candle candlelight 蜡烛 烛光 烛火"),
    _rule("fire", "fire hearth fireplace flame ember log stove 火 炉火 壁炉 火焰 柴火 火堆"),
    _rule("thunder", "thunder thunderclap thunderstorm lightning 雷 雷声 打雷 雷鸣 闪电 雷雨"),
    _rule("rain", "thunderstorm 雷雨"),
    _rule("cicadas", "cicada 蝉 知了 蝉鸣"),
    _rule("crickets", "cricket grasshopper insect 虫 虫鸣 虫声 蟋蟀 蛐蛐 昆虫"),
    _rule("gulls", "gull seagull seabird 海鸥"),
    _rule("gulls", "bird", "sea shore 海"),
    _rule("crows", "crow raven rook jackdaw 乌鸦"),
    _rule("rooster", "rooster cock cockerel crowing 公鸡 鸡鸣 鸡叫"),
    _rule("owl", "owl hoot 猫头鹰"),
    _rule("doves", "dove pigeon 鸽子 斑鸠"),
    _rule("birds", "bird birdsong chorus robin blackbird sparrow songbird dawn 鸟 鸟鸣 鸟叫 小鸟 鸟儿 清晨"),
    _rule("frogs", "frog toad 青蛙 蛙 蛙鸣 蛙声"),
    _rule("dog", "dog bark hound 狗 犬 狗叫 犬吠"),
    _rule("wolf", "wolf wolves 狼 狼嚎"),
    _rule("tavern", _CROWD, "tavern pub inn bar cafe restaurant 酒馆 酒吧 客栈 茶馆 餐厅 饭店"),
    _rule("market", _CROWD, "market bazaar fair marketplace street 市场 集市 街道 街市 大街"),
    _rule("tavern", "tavern pub inn bar cafe restaurant canteen 酒馆 酒吧 客栈 茶馆 餐厅 饭店"),
    _rule("market", "market bazaar fair marketplace street city town 市场 集市 街道 街市 大街"),
    _rule("applause", "applause clap ovation 掌声 鼓掌"),
    _rule("whispers", "whisper 耳语 窃窃私语"),
    _rule("crowd", _CROWD),
    _rule(
        "cellar",
        "drip drop water 滴水 水滴",
        "cellar cave cavern dungeon crypt tunnel 地窖 洞穴 山洞 地牢 隧道",
    ),
    _rule("cellar", "cellar cave cavern dungeon crypt tunnel mine 地窖 洞穴 山洞 地牢 隧道"),
    _rule("room", "silence hush ambience ambiance atmosphere 寂静 环境音 底噪"),
    _rule("room", "room office library study attic", "tone quiet empty silent still 安静 空"),
    _rule("room", "room indoor 房间 屋内 室内"),
    _rule("clock-strike", _CLOCK, "strike chime striking toll bell hour midnight noon 敲 报时 打点 响"),
    _rule("watch", "watch stopwatch pocketwatch 怀表 手表 秒表"),
    _rule("clock", _CLOCK + " tick ticking tock 滴答 嘀嗒"),
    _rule("gravel-steps", _STEPS, "gravel pebble path shingle stone-path 碎石 砾石"),
    _rule("snow-steps", _STEPS, "snow snowy ice frost 雪 雪地"),
    _rule(
        "stone-steps",
        _STEPS,
        "stone cobble cobblestone pavement marble tile hall corridor church 石 石板 走廊",
    ),
    _rule("leaf-steps", _STEPS, "leaf leaves grass forest undergrowth 草 草地 落叶 树林"),
    _rule("puddle-steps", _STEPS, "puddle mud water wet 水 泥 水坑"),
    _rule("wood-steps", _STEPS + " floorboard stair stairs staircase 楼梯 地板", "creak creaky 嘎吱 吱呀"),
    _rule("wood-steps", _STEPS + " floorboard stair stairs staircase 楼梯 地板"),
    _rule("knock", "knock knocking rap 敲门 敲门声 叩门"),
    _rule("knock", _DOOR, "knock pound tap rap 敲 叩"),
    _rule("slam", "slam bang 摔门 砰 关门"),
    _rule("slam", _DOOR, "slam bang shut crash close 关 摔 关上"),
    _rule("latch", "latch lock key bolt unlock keyhole 锁 钥匙 门闩 插销 开锁"),
    _rule("creak", _DOOR + " hinge creak creaky squeak 开门 吱呀 嘎吱 推门"),
    _rule("doorbell", "doorbell 门铃"),
    _rule("doorbell", _BELL, "door ding 门"),
    _rule("ship-bell", _BELL, "ship boat deck watch 船"),
    _rule("hand-bell", _BELL, "hand small little shop servant school table tiny 手 小 店"),
    _rule("hand-bell", "jingle tinkle 叮当 摇铃"),
    _rule("church-bell", _BELL + " 教堂 toll"),
    _rule("gong", "gong 锣 铜锣"),
    _rule("chimes", "windchime windchimes 风铃"),
    _rule("chimes", "chime", "wind 风"),
    _rule("whistle", "train locomotive steam engine 火车 汽笛", "whistle 汽笛 鸣笛"),
    _rule("whistle", "whistle 汽笛 鸣笛"),
    _rule("train", "train railway locomotive carriage-train rail 火车 列车 铁路"),
    _rule("gallop", "horse hoof hooves", "gallop galloping 飞奔 奔驰"),
    _rule("gallop", "gallop 马奔"),
    _rule("hooves", "horse hoof hooves pony trot 马 马蹄 马蹄声"),
    _rule("cart", "cart wagon coach carriage waggon 马车 车轮 大车"),
    _rule("timbers", "timber ship mast hull boat deck 船 木船", "creak groan timber 嘎吱 吱呀"),
    _rule("timbers", "timber ship mast rigging hull boat deck sail 船 帆船 木船 船舱"),
    _rule("foghorn", "foghorn 雾号 雾笛"),
    _rule("foghorn", "horn", "fog ship 船 雾"),
    _rule("oars", "oar row rowing rowboat paddle 划船 桨 船桨"),
    _rule(
        "machinery", "machinery machine gear cog engine factory mill clockwork mechanism 机器 齿轮 机械 工厂"
    ),
    _rule("kettle", "kettle boil boiling simmer 水壶 沸腾 烧水 煮"),
    _rule("match", "match 火柴"),
    _rule("shatter", "shatter smash 打碎 破碎 碎裂"),
    _rule("shatter", "glass plate vase bottle window 玻璃 杯子", "break shatter smash broken crash 碎 打破"),
    _rule("clink", "clink glass toast goblet cup 碰杯 干杯 玻璃杯 杯子 酒杯"),
    _rule("page", "page 翻页 翻书 书页"),
    _rule("pen", "pen quill pencil write writing scribble scratch 笔 写字 书写 写信 钢笔"),
    _rule("paper", "paper letter envelope parchment crumple 纸 信纸 信封"),
    _rule("drip", "drip droplet drop 滴水 水滴 滴"),
    _rule("splash", "splash plunge 溅 水花 落水 扑通"),
    _rule("heartbeat", "heartbeat heart 心跳 心跳声"),
    _rule("explosion", "explosion explode blast cannon boom 爆炸 大炮 炮声"),
    _rule("gunshot", "gunshot gun shot pistol musket rifle 枪 枪声 枪响"),
    _rule("swords", "sword blade steel clash 剑 刀 刀剑"),
    _rule("coins", "coin money purse 硬币 铜钱 钱币"),
    _rule("typewriter", "typewriter typing keyboard 打字机 打字"),
    _rule("night", _NIGHT),
)
"""In order: of two rules that share a subject the first whose qualifiers stand in the prompt wins."""

SETTINGS: Final = frozenset({"night", "room"})
"""Kinds that name a time or a place: heard only where the prompt names nothing else."""


def _words(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


STRENGTHS: Final = MappingProxyType(
    {
        -1.0: _words(
            "light lightly soft softly gentle gently quiet quietly calm faint faintly mild small slight",
            "小 轻 轻轻 微 柔 微弱 细",
        ),
        1.0: _words(
            "heavy heavily loud loudly hard strong strongly violent violently fierce pouring torrential",
            "pound big roaring blazing driving 大 大雨 暴雨 狂 暴 强 猛 猛烈 大风 狂风 剧烈 巨大",
        ),
    }
)
DISTANCES: Final = MappingProxyType(
    {
        1.0: _words("distant distance far faraway remote away muffled 远 远处 遥远 远方 远远 隐约"),
        0.5: _words("behind beyond outside upstairs downstairs 隔壁 楼上 外面"),
    }
)
PACES: Final = MappingProxyType(
    {
        -1.0: _words("slow slowly leisurely creeping careful carefully 慢 慢慢 缓慢 缓缓"),
        1.0: _words(
            "fast quick quickly hurried hurry run running rapid rapidly brisk hasty",
            "快 急 急促 飞快 匆匆 跑 奔跑",
        ),
    }
)
_NUMBERS = "one two three four five six seven eight nine ten eleven twelve"
_CHINESE_NUMBERS = "一 二 三 四 五 六 七 八 九 十 十一 十二"
COUNTS: Final = MappingProxyType(
    {word: number for number, word in enumerate(_NUMBERS.split(), 1)}
    | {word: number for number, word in enumerate(_CHINESE_NUMBERS.split(), 1)}
    | {str(number): number for number in range(1, 13)}
    | {"once": 1, "twice": 2, "thrice": 3, "两": 2, "midnight": 12, "noon": 12, "午夜": 12, "正午": 12}
)
