"""What signs, units, coins and abbreviations are called in the languages that are read through a library.

The words are ours; how numbers are spelt out is the library's (``unicode_rbnf``, from Unicode CLDR).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How a language writes figures and reads what stands around them."""

    groups: str
    """Marks between groups of three digits, as part of a character class."""
    point: str
    """Read between a whole number and its decimals."""
    minus: str
    percent: str
    to: str = ""
    """Read between the ends of a range; empty where the case of the words would have to change."""
    years: bool = False
    """Whether years are read in hundreds."""
    masculine: str = "spellout-numbering"
    """The library's rules for a number in front of a noun."""
    hour: tuple[str, str] = ("", "")
    """Between hours and minutes: for one, for more."""
    units: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """One, and more."""
    coins: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    """One, more, and what joins the small coins to them."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Abbreviations."""


def _units(names: str) -> dict[str, tuple[str, str]]:
    """Return units from ``km kilomètre kilomètres; …``; one word is both forms, ``_`` is a space."""
    found = {}
    for row in names.split(";"):
        sign, *words = row.split()
        one, more = (words * 2)[:2]
        found[sign.replace("_", " ")] = (one.replace("_", " "), more.replace("_", " "))
    return found


def _words(names: str) -> dict[str, str]:
    return {row.split("=")[0].strip(): row.split("=")[1].strip() for row in names.split(";")}


TONGUES: Mapping[str, Tongue] = {
    "de": Tongue(
        groups=".' \u00a0\u202f",
        point="Komma",
        minus="minus",
        percent="Prozent",
        to="bis",
        years=True,
        masculine="spellout-cardinal-masculine",
        hour=("Uhr", "Uhr"),
        units=_units(
            "km Kilometer; m Meter; cm Zentimeter; mm Millimeter; kg Kilogramm; g Gramm; l Liter; km/h "
            "Kilometer_pro_Stunde; °C Grad_Celsius; ° Grad; m² Quadratmeter; km² Quadratkilometer"
        ),
        coins={"€": ("Euro", "Euro", ""), "$": ("Dollar", "Dollar", ""), "£": ("Pfund", "Pfund", "")},
        words=_words(
            "z. B.=zum Beispiel; z.B.=zum Beispiel; d. h.=das heißt; d.h.=das heißt; usw.=und so weiter; "
            "u. a.=unter anderem; u.a.=unter anderem; bzw.=beziehungsweise; Dr.=Doktor; Prof.=Professor; "
            "Hr.=Herr; Hrn.=Herrn; St.=Sankt; Nr.=Nummer; vgl.=vergleiche; ca.=circa; etc.=et cetera"
        ),
    ),
    "fr": Tongue(
        groups=". \u00a0\u202f",
        point="virgule",
        minus="moins",
        percent="pour cent",
        to="à",
        masculine="spellout-cardinal-masculine",
        hour=("heure", "heures"),
        units=_units(
            "km kilomètre kilomètres; m mètre mètres; cm centimètre centimètres; mm millimètre millimètres; "
            "kg kilogramme kilogrammes; g gramme grammes; l litre litres; km/h kilomètre_à_l'heure "
            "kilomètres_à_l'heure; °C degré_Celsius degrés_Celsius; ° degré degrés; m² "
            "mètre_carré mètres_carrés"
        ),
        coins={
            "€": ("euro", "euros", ""),
            "$": ("dollar", "dollars", ""),
            "£": ("livre", "livres", ""),
            "F": ("franc", "francs", ""),
        },
        words=_words(
            "MM.=Messieurs; Mme=Madame; Mmes=Mesdames; Mlle=Mademoiselle; Mlles=Mesdemoiselles; Dr=docteur; "
            "Mgr=Monseigneur; St=Saint; Ste=Sainte; etc.=et cetera; c.-à-d.=c'est-à-dire; p. "
            "ex.=par exemple; "
            "n°=numéro; N°=numéro"
        ),
    ),
    "es": Tongue(
        groups=". \u00a0\u202f",
        point="coma",
        minus="menos",
        percent="por ciento",
        to="a",
        hour=("y", "y"),
        masculine="spellout-cardinal-masculine",
        units=_units(
            "km kilómetro kilómetros; m metro metros; cm centímetro centímetros; mm milímetro milímetros; "
            "kg kilogramo kilogramos; g gramo gramos; l litro litros; km/h kilómetro_por_hora "
            "kilómetros_por_hora; °C grado_centígrado grados_centígrados; ° grado grados; m² metro_cuadrado "
            "metros_cuadrados"
        ),
        coins={
            "€": ("euro", "euros", "con"),
            "$": ("dólar", "dólares", "con"),
            "£": ("libra", "libras", "con"),
        },
        words=_words(
            "Sr.=señor; Sra.=señora; Srta.=señorita; Sres.=señores; Dr.=doctor; Dra.=doctora; Ud.=usted; "
            "Uds.=ustedes; Vd.=usted; Vds.=ustedes; etc.=etcétera; p. ej.=por ejemplo; "
            "n.º=número; nº=número; "
            "N.º=número; Nº=número"
        ),
    ),
    "it": Tongue(
        groups=".' \u00a0\u202f",
        point="virgola",
        minus="meno",
        percent="per cento",
        to="a",
        hour=("e", "e"),
        masculine="spellout-cardinal-masculine",
        units=_units(
            "km chilometro chilometri; m metro metri; cm centimetro centimetri; mm millimetro millimetri; "
            "kg chilogrammo chilogrammi; g grammo grammi; l litro litri; km/h chilometro_orario "
            "chilometri_orari; °C grado_Celsius gradi_Celsius; ° grado gradi; m² metro_quadrato "
            "metri_quadrati"
        ),
        coins={
            "€": ("euro", "euro", "e"),
            "$": ("dollaro", "dollari", "e"),
            "£": ("sterlina", "sterline", "e"),
        },
        words=_words(
            "sig.=signor; Sig.=Signor; sig.ra=signora; Sig.ra=Signora; sig.na=signorina; dott.=dottor; "
            "Dott.=Dottor; prof.=professor; Prof.=Professor; ecc.=eccetera; p. es.=per esempio; n.=numero; "
            "S.=San"
        ),
    ),
    "pt": Tongue(
        groups=". \u00a0\u202f",
        point="vírgula",
        minus="menos",
        percent="por cento",
        to="a",
        hour=("e", "e"),
        masculine="spellout-cardinal-masculine",
        units=_units(
            "km quilômetro quilômetros; m metro metros; cm centímetro centímetros; mm milímetro milímetros; "
            "kg quilograma quilogramas; g grama gramas; l litro litros; km/h quilômetro_por_hora "
            "quilômetros_por_hora; °C grau_Celsius graus_Celsius; ° grau graus; m² metro_quadrado "
            "metros_quadrados"
        ),
        coins={
            "€": ("euro", "euros", "e"),
            "R$": ("real", "reais", "e"),
            "$": ("dólar", "dólares", "e"),
            "£": ("libra", "libras", "e"),
        },
        words=_words(
            "Sr.=senhor; Sra.=senhora; Srta.=senhorita; Srs.=senhores; Dr.=doutor; Dra.=doutora; "
            "V. Ex.ª=Vossa Excelência; etc.=et cetera; p. ex.=por exemplo; n.º=número; nº=número"
        ),
    ),
    "nl": Tongue(
        groups=". \u00a0\u202f",
        point="komma",
        minus="min",
        percent="procent",
        to="tot",
        years=True,
        hour=("uur", "uur"),
        units=_units(
            "km kilometer; m meter; cm centimeter; mm millimeter; kg kilogram; g gram; l liter; km/h "
            "kilometer_per_uur; °C graad_Celsius graden_Celsius; ° graad graden; m² vierkante_meter"
        ),
        coins={
            "€": ("euro", "euro", ""),
            "$": ("dollar", "dollar", ""),
            "£": ("pond", "pond", ""),
            "f": ("gulden", "gulden", ""),
        },
        words=_words(
            "dhr.=de heer; mevr.=mevrouw; mej.=mejuffrouw; dr.=doctor; Dr.=doctor; prof.=professor; "
            "bijv.=bijvoorbeeld; enz.=enzovoort; d.w.z.=dat wil zeggen; nr.=nummer; St.=Sint"
        ),
    ),
    "sv": Tongue(
        groups=" .\u00a0\u202f",
        point="komma",
        minus="minus",
        percent="procent",
        to="till",
        years=True,
        masculine="spellout-cardinal-reale",
        words=_words(
            "t.ex.=till exempel; t. ex.=till exempel; bl.a.=bland annat; osv.=och så vidare; "
            "d.v.s.=det vill säga; dr=doktor; nr=nummer; kl.=klockan"
        ),
    ),
    "da": Tongue(
        groups=". \u00a0\u202f",
        point="komma",
        minus="minus",
        percent="procent",
        to="til",
        years=True,
        masculine="spellout-cardinal-common",
        words=_words(
            "f.eks.=for eksempel; bl.a.=blandt andet; osv.=og så videre; dvs.=det vil sige; "
            "hr.=herr; fr.=fru; dr.=doktor; nr.=nummer; kl.=klokken"
        ),
    ),
    "no": Tongue(
        groups=" .\u00a0\u202f",
        point="komma",
        minus="minus",
        percent="prosent",
        to="til",
        years=True,
        masculine="spellout-cardinal-masculine",
        words=_words(
            "f.eks.=for eksempel; bl.a.=blant annet; osv.=og så videre; dvs.=det vil si; "
            "dr.=doktor; nr.=nummer; kl.=klokken"
        ),
    ),
    "fi": Tongue(groups=" \u00a0\u202f", point="pilkku", minus="miinus", percent="prosenttia"),
    "pl": Tongue(groups=" \u00a0\u202f", point="przecinek", minus="minus", percent="procent"),
    "cs": Tongue(groups=" \u00a0\u202f", point="celých", minus="minus", percent="procent"),
    "ru": Tongue(groups=" \u00a0\u202f", point="запятая", minus="минус", percent="процентов"),
    "uk": Tongue(groups=" \u00a0\u202f", point="кома", minus="мінус", percent="відсотків"),
    "tr": Tongue(groups=". \u00a0\u202f", point="virgül", minus="eksi", percent=""),
    "hu": Tongue(groups=" .\u00a0\u202f", point="egész", minus="mínusz", percent="százalék"),
    "ro": Tongue(groups=". \u00a0\u202f", point="virgulă", minus="minus", percent="la sută"),
    "el": Tongue(groups=". \u00a0\u202f", point="κόμμα", minus="μείον", percent="τοις εκατό"),
}
"""By primary tag."""

SAME = {"nb": "no", "nn": "no"}
"""Tags of languages that are read as another one."""

PERCENTS: Mapping[str, tuple[str, str, str]] = {
    "ru": ("процент", "процента", "процентов"),
    "uk": ("відсоток", "відсотки", "відсотків"),
    "cs": ("procento", "procenta", "procent"),
}
"""Percent behind one, behind two to four, behind more."""

MONTHS = {
    "de": "Januar|Jänner|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
}
