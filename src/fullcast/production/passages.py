"""What voices say to be heard, and to be compared: the same for all."""

from __future__ import annotations

from collections.abc import Mapping

from fullcast.text.normalise import primary_tag
from fullcast.text.sentences import find_sentences

OPENINGS: Mapping[str, str] = {
    "en": "My name is {name}.",
    "de": "Ich heiße {name}.",
    "fr": "Je m'appelle {name}.",
    "es": "Me llamo {name}.",
    "zh": "我叫{name}。",
}
"""How a voice says who it is, by language."""

PASSAGES: Mapping[str, str] = {
    "en": "The keeper climbed the hundred and nine steps with the lantern in his hand, while the wind shook "
    "every pane of glass. Nobody had come to the island since the autumn, and the boy wondered whether the "
    "boat would ever return. “Who goes there?” he called, and waited. Only the sea answered, as it always "
    "did, with one long breath after another.",
    "de": "Der Wärter stieg mit der Laterne in der Hand die hundertneun Stufen hinauf, und der Wind rüttelte "
    "an jeder Scheibe. Seit dem Herbst war niemand auf die Insel gekommen, und der Junge fragte sich, ob das "
    "Boot je zurückkehren würde. „Wer ist da?“, rief er und wartete. Nur das Meer antwortete, wie immer, mit "
    "einem langen Atemzug nach dem anderen.",
    "fr": "Le gardien monta les cent neuf marches, la lanterne à la main, tandis que le vent secouait chaque "
    "vitre. Personne n'était venu sur l'île depuis l'automne, et l'enfant se demandait si le bateau "
    "reviendrait un jour. « Qui va là ? » cria-t-il, puis il attendit. Seule la mer répondit, comme "
    "toujours, d'un long souffle après l'autre.",
    "es": "El farero subió los ciento nueve escalones con la linterna en la mano, mientras el viento sacudía "
    "cada cristal. Nadie había venido a la isla desde el otoño, y el niño se preguntaba si el barco volvería "
    "algún día. «¿Quién anda ahí?», gritó, y esperó. Solo el mar respondió, como siempre, con un largo "
    "aliento tras otro.",
    "zh": "守灯的人提着灯笼，一步一步走上石阶，海风吹得窗户直响。自从秋天以后，再也没有人来过这座小岛。"
    "孩子问爷爷，那条船什么时候才会回来。只有大海回答他，像往常一样，长长地叹了一口气。",
}
"""Statements, a question and a call, by language."""


def passage(language: str, longest: int) -> str:
    """Return as many sentences of the standard passage as an engine takes at once.

    Args:
        language: BCP 47 tag; empty comes back for one without a passage.
        longest: Characters.
    """
    return _fit(PASSAGES.get(primary_tag(language), ""), language, longest)


def introduce(name: str, language: str, longest: int) -> str:
    """Return what a voice says to be heard: its name, and as much of the passage as there is room for."""
    tag = primary_tag(language)
    opening = OPENINGS.get(tag, "").format(name=name)
    between = "" if tag == "zh" else " "
    return _fit(f"{opening}{between}{PASSAGES.get(tag, '')}".strip(), language, longest)


def _fit(text: str, language: str, longest: int) -> str:
    """Return the first sentences of a text that are not too long together; one at least."""
    ends = [end for _, end in find_sentences(text, language)]
    fitting = [end for end in ends if end <= longest]
    return text[: max(fitting, default=ends[0] if ends else 0)]
