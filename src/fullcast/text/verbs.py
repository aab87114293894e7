"""Words that introduce speech, by language: what said-tags are recognised by."""

from __future__ import annotations

import re
from collections.abc import Mapping

VERBS: Mapping[str, str] = {
    "en": """said says asked asks cried whispered replied answered shouted called exclaimed muttered
        murmured added continued began remarked observed returned repeated explained demanded
        inquired enquired interrupted suggested declared announced insisted agreed admitted told
        breathed sighed laughed sobbed growled snapped hissed screamed yelled roared bellowed
        groaned moaned gasped whimpered wailed shrieked stammered stuttered faltered mumbled
        grumbled drawled sneered chuckled giggled grinned smiled nodded protested objected
        complained pleaded begged urged warned advised offered promised swore confessed echoed
        responded retorted rejoined concluded ejaculated thought wondered mused pondered went_on
        put_in broke_in burst_out cut_in called_out cried_out spoke croaked rasped squeaked squealed
        purred cooed chirped barked commanded ordered instructed reminded corrected allowed ventured
        hesitated choked panted chanted sang read recited spat blurted teased joked scoffed
        countered pressed persisted proceeded resumed finished acknowledged conceded confirmed
        assured informed queried quizzed soothed comforted crowed boomed thundered quavered""",
    "de": """sagte sagt fragte fragt rief ruft flüsterte antwortete erwiderte entgegnete murmelte schrie
        meinte erklärte bemerkte brummte knurrte seufzte lachte stöhnte zischte stammelte stotterte
        keuchte brüllte wiederholte begann bat befahl versetzte hauchte raunte wisperte jammerte
        schluchzte kicherte grinste lächelte nickte dachte sprach versicherte gestand drängte warnte
        ergänzte bestätigte""",
    "fr": """dit demanda demande répondit répond murmura chuchota cria s’écria s'écria ajouta reprit
        répliqua fit souffla soupira balbutia bégaya hurla gronda grogna remarqua observa continua
        poursuivit déclara expliqua annonça avoua protesta s’exclama s'exclama s’enquit s'enquit
        lança lâcha insista conclut interrompit répéta pensa rétorqua riposta sanglota gémit ricana
        sourit rit admit appela ordonna supplia proposa""",
    "es": """dijo dice preguntó respondió contestó gritó susurró murmuró exclamó añadió replicó repuso
        continuó prosiguió explicó comentó observó insistió admitió anunció suspiró sollozó gimió
        gruñó rugió bramó chilló llamó pidió ordenó suplicó advirtió aseguró confesó repitió
        interrumpió pensó concluyó balbuceó tartamudeó rió sonrió musitó masculló""",
}
"""Verbs of saying as they stand in a tag; ``_`` is a space inside a verb."""

ADJECTIVES: Mapping[str, str] = {
    "en": """the our my his her a poor old young little dear good great big small tall wise brave gentle
        sweet""",
    "de": "der die das ein eine sein seine ihr ihre mein meine alte junge kleine große arme liebe gute",
    "fr": "le la les un une mon ma son sa vieux vieille jeune petit petite grand grande pauvre bon bonne",
    "es": "el la los un una mi su viejo vieja joven pequeño pequeña pobre buen buena gran",
}
"""What may stand between verb and name."""

SUBJECTS: Mapping[str, str] = {
    "en": "he she it they we I you who what which that",
    "de": "er sie es ich wir ihr du was wer das dass daß",
    "fr": "il elle on ils elles je tu nous vous qui que quoi",
    "es": "él ella ellos ellas yo tú que quien",
}
"""Words that, between a name and a verb, make the verb somebody else's."""

LINKS: Mapping[str, str] = {
    "en": "as when while and but or was were is to nor if because",
    "de": "der die und aber oder war als wenn",
    "fr": "et mais ou était quand",
    "es": "y pero o era estaba cuando",
}
"""Words that may stand between a name and a second verb only (``Mara turned to him and said``)."""

AND: Mapping[str, str] = {"en": "and|then", "de": "und", "fr": "et", "es": "y"}
"""Words that carry a name over to a second verb: ``Mara turned and said``."""

CJK_VERBS: Mapping[str, str] = {
    "zh": """说道 問道 问道 喊道 叫道 答道 笑道 回答 低声说 轻声说 大声说 開口 开口
        嘟囔 嘀咕 说 說 道 问 問 喊 叫 答 嚷 吼 念""",
    "ja": """言い 言っ 言う いっ いう 答え 尋ね 訊い 聞い 叫ん 叫び 呟い つぶやい
        囁い ささやい 話し 語っ 返し 怒鳴っ 笑っ 頷い""",
}
"""Verbs of saying in languages without spaces."""


NAMING = frozenset({"called", "read", "appela", "llamó"})
"""Verbs that also stand before a title or a nickname, so that they do not make it speech."""


def verb_pattern(language: str, *, without: frozenset[str] = frozenset()) -> str:
    """Return the verbs of a language for a regular expression; empty where none are known."""
    verbs = VERBS.get(language, CJK_VERBS.get(language, "")).split()
    return one_of(" ".join(verb for verb in verbs if verb not in without))


def one_of(words: str) -> str:
    """Return a list of words as one alternative of a regular expression, longest first.

    >>> one_of("put put_in")
    'put in|put'
    """
    ordered = sorted(words.split(), key=len, reverse=True)
    return "|".join(re.escape(word).replace("_", " ") for word in ordered)
