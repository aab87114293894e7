"""From IPA to the phoneme mnemonics of eSpeak NG.

The mnemonics mean different sounds in different voices, and no voice has them all. So each letter comes with
candidates and with the IPA that is good enough; the library's own report of what a voice makes of a candidate
decides (``child.Speaker.find_mnemonics``).
"""

from __future__ import annotations

from dataclasses import dataclass

from fullcast.errors import FullcastError


class UnknownLetterError(FullcastError):
    """An IPA letter for which there are no mnemonics."""

    exit_code = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A sound that is wanted."""

    letter: str
    """In IPA."""
    vowel: bool = False
    candidates: tuple[str, ...] = ()
    """Mnemonics to try; none: ``accepted`` holds the mnemonic itself."""
    accepted: tuple[str, ...]
    """What the voice may make of a candidate, best first."""

    def as_message(self) -> list[object]:
        """Return the sound as the child process reads it."""
        return [self.letter, self.vowel, list(self.candidates), list(self.accepted)]


_STRESS = {"ˈ": "'", "'": "'", "ˌ": ","}
_SILENT = frozenset(".‿͜͡|‖/[]\u200d")
"""Syllable breaks, ties and the brackets around a transcription: they say nothing about the sounds."""
_WORD_BREAK = Sound(letter=" ", accepted=("||",))

_CONSONANTS = """
p    p       p
b    b       b
t    t       t
d    d       d
k    k       k
ɡ    g       ɡ
g    g       ɡ
f    f       f
v    v       v ʋ
ʋ    v#,v    ʋ v
θ    T       θ
ð    D       ð
s    s       s
z    z       z
ʃ    S       ʃ
ʒ    Z       ʒ
tʃ   tS,t|S  tʃ
dʒ   dZ,d|Z  dʒ
ts   ts,t|s  ts
dz   dz,d|z  dz
tɕ   tS;,tS  tɕ tʃ
dʑ   dZ;,dZ  dʑ dʒ
ɕ    S;,S    ɕ ʃ
ʑ    Z;,z;,Z ʑ ʒ
ʂ    s.,s;,S ʂ s. ʃ
ʐ    z.,Z    ʐ ʒ
h    h       h
ɦ    h       ɦ h
m    m       m
n    n       n
ŋ    N       ŋ
ɲ    n^,n|j  ɲ nj
l    l       l ɫ
ɫ    L,l     ɫ l
ʎ    l^,l|j  ʎ lj
ɬ    l#      ɬ
r    R,r,*   r ɾ ɹ ʁ
ɹ    r,R,*   ɹ r ɾ ʁ
ɾ    *,r     ɾ r ɹ
ʁ    r,R,*   ʁ r ɾ ɹ
ɻ    r.,r,R  ɻ r. ɹ r ɾ ʁ
j    j       j
w    w,v     w v
ʍ    w#,w,v  ʍ w v
ɥ    y|w,j|w,j ɥ jw j
x    x,X,h   x χ h
χ    X,x,h   χ x h
ç    C,x     ç x
ɣ    Q,g     ɣ ɡ
β    B,v     β v
ʔ    ?       ʔ
c    c,k|j   c kj
ɟ    J,g|j   ɟ ɡj
q    q,k     q k
"""

_VOWELS = """
i    i,i:       i iː
iː   i:,i       iː i
ɪ    I,I2,i     ɪ i e
e    e,e:,E,eI  e eː ɛ eɪ
eː   e:,e,eI    eː e eɪ
ɛ    E,e        ɛ e
ɛː   E:,E,e@,e: ɛː ɛ eə e eː
æ    a,&,E      æ a ɛ
a    a,a:,A:,A,aa a aː æ ɑ ɑː a:
aː   a:,A:,a,aa aː ɑː a: a ɑ
ɑ    A,A:,a,aa  ɑ ɑː a: a
ɑː   A:,A,aa,a  ɑː a: ɑ aː a
ɒ    0,O,A:,o   ɒ ɔ ɑː o
ɔ    O,O:,o     ɔ ɔː o
ɔː   O:,O,o:,o  ɔː ɔ oː o
o    o,o:,oU,O  o oː oʊ ɔ
oː   o:,o,oU    oː o oʊ
ʊ    U,u,u:     ʊ u ʉ uː ʉː
u    u,u:,U     u uː ʉ ʉː ʊ
uː   u:,u       uː ʉː u ʉ
ʉ    u:,u,U     ʉ ʉː uː u
ʌ    V,a#,a,A   ʌ ɐ a ɑ
ə    @,@2,a#,E,e ə ʌ ɐ ɛ e
ɐ    a#,a,V,A   ɐ a ʌ ɑ
ɜː   3:,3,@     ɜː ɜ ɚ ə
ɜ    3:,3,@     ɜ ɜː ɚ ə
ɝ    3:,3,@     ɜː ɚ ɜ ə
ɚ    3,3:,@     ɚ ɜ ɜː ə
y    y,y:,j|u   y yː ʏ ju
yː   y:,y       yː y ʏ
ʏ    y,y:       ʏ y yː
ø    Y,Y:,W     ø øː œ
øː   Y:,Y,W     øː ø œ
œ    W,W:,Y     œ ø
ɨ    i",y,I,i   ɨ ɪ i
ɯ    u-,u       ɯ u
ɤ    7,o-,@     ɤ ə
eɪ   eI,e|I,ei,e: eɪ ei eː
aɪ   aI,a|I,ai  aɪ ai
ɔɪ   OI,O|I,oi  ɔɪ oi
əʊ   oU,@|U,ou,o: əʊ oʊ ou oː
oʊ   oU,o|U,ou,o: oʊ əʊ ou oː
aʊ   aU,a|U,au  aʊ ʌʉ au
ɪə   i@,I|@     iə ɪə iɹ ɪɹ
eə   e@,e|@     eə ɛɹ er
ɛə   e@,E|@     eə ɛə ɛɹ er
ʊə   U@,U|@     ʊə ʊɹ ʉɹ
ɛ̃    E~,W~      ɛ̃ œ̃
ɑ̃    A~         ɑ̃
ɔ̃    O~         ɔ̃
œ̃    W~,E~      œ̃ ɛ̃
n̩    n-,@|n     n̩ ən ʌn
l̩    @L,@|l     əl əɫ ʌl
m̩    m-,@|m     m̩ əm ʌm
"""


def _read_table() -> dict[str, Sound]:
    sounds = {}
    for vowel, table in ((False, _CONSONANTS), (True, _VOWELS)):
        for row in table.strip().splitlines():
            letter, candidates, *accepted = row.split()
            sounds[letter] = Sound(
                letter=letter, vowel=vowel, candidates=tuple(candidates.split(",")), accepted=tuple(accepted)
            )
    return sounds


def find_sounds(ipa: str) -> list[Sound]:
    """Return the sounds of a transcription, stress in front of the vowel that bears it.

    Args:
        ipa: The transcription; brackets, ties and syllable breaks are passed over.

    Raises:
        UnknownLetterError: If a letter has no mnemonics; names it.

    >>> [sound.letter for sound in find_sounds("/ʃɪˈvɔːn/")]
    ['ʃ', 'ɪ', 'v', "'", 'ɔː', 'n']
    """
    table = _read_table()
    # The tie joins what is one sound; the table has such sounds without it.
    text = "".join(letter for letter in ipa if letter not in _SILENT)
    sounds: list[Sound] = []
    stress: Sound | None = None
    place = 0
    while place < len(text):
        letter = text[place]
        if letter in _STRESS:
            stress = Sound(letter=_STRESS[letter], accepted=(_STRESS[letter],))
            place += 1
        elif letter.isspace():
            sounds.append(_WORD_BREAK)
            place += 1
        elif letter == "ː" and sounds and not sounds[-1].vowel:
            sounds.append(sounds[-1])  # a long consonant is a double one
            place += 1
        else:
            sound = _longest(text, place, table)
            if stress is not None and sound.vowel:
                sounds.append(stress)
                stress = None
            sounds.append(sound)
            place += len(sound.letter)
    return sounds


def _longest(text: str, place: int, table: dict[str, Sound]) -> Sound:
    for length in (2, 1):
        if sound := table.get(text[place : place + length]):
            return sound
    letter = text[place]
    message = f"the IPA letter '{letter}' (U+{ord(letter):04X}) of /{text}/ is not one that espeak can say"
    raise UnknownLetterError(message)
