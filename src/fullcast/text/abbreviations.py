"""Abbreviations and words that often begin a sentence, by language."""

from __future__ import annotations

from collections.abc import Mapping

ALWAYS: Mapping[str, str] = {
    "en": """Mr Mrs Ms Messrs Mmes Dr Prof Rev Fr Hon St Sr Jr Gen Col Maj Capt Lt Cmdr Sgt Cpl Pvt Gov
        Sen Rep Pres Supt Insp Esq Mt Ft vs viz cf eg ie e.g i.e approx esp Bros""",
    "de": """Hr Hrn Fr Frl Dr Prof Dipl Ing St Hl z.B z.b d.h u.a i.d.R o.ä u.U v.a z.T bzw ca evtl ggf
        inkl sog vgl geb gest gez Nr Bd Abs Art Kap Str Mag Jh Jhd Chr""",
    "fr": "M MM Mr Mgr Dr Pr St Ste Cie cf p.ex env éd vol chap art av apr c.-à-d",
    "es": """Sr Sra Srta Sres Dr Dra D Dña Ud Uds Vd Vds Prof Profa Ing Lic Gral Cap Tte Sto Sta S Mons
        p.ej aprox núm pág""",
    "it": "Sig Sigg Sig.ra Dott Prof Avv Ing On S p.es pag",
    "pt": "Sr Sra Srta Dr Dra Prof Profa D Exmo p.ex pág",
    "nl": "dhr mevr mr dr prof ir bijv o.a d.w.z ca nr",
}
"""Abbreviations behind which the sentence goes on, without the last stop."""

SOMETIMES: Mapping[str, str] = {
    "en": """a.m p.m A.M P.M U.S U.K U.S.A B.C A.D Ph.D M.D D.C etc Inc Ltd Co Corp Jan Feb Mar Apr Jun
        Jul Aug Sep Sept Oct Nov Dec Ave Blvd Rd N.B P.S al""",
    "de": "usw etc u.s.w v.Chr n.Chr Jan Feb Apr Aug Sept Okt Nov Dez Co",
    "fr": "etc av.J.-C apr.J.-C",
    "es": "etc a.m p.m EE.UU a.C d.C Cía S.A",
    "it": "ecc a.C d.C",
    "pt": "etc a.C d.C",
    "nl": "enz etc",
}
"""Abbreviations that may end a sentence: they do in front of a word that often begins one."""

BEFORE_NUMBER: Mapping[str, str] = {
    "en": """No Nos no nos p pp vol Vol ch chap Chap fig Fig figs art sec Sec c ca v vv l ll Op op Bk bk
        pt Pt""",
    "de": "S Nr Bd Kap Abb Abs Art Op",
    "fr": "n no p pp vol chap fig art t",
    "es": "n no núm p pp vol cap fig art",
}
"""Abbreviations behind which a number goes on with the sentence."""

STARTERS: Mapping[str, str] = {
    "en": """The A An He She It I They We You His Her Their My Our This That These Those There But And
        Then When So If What Why How Who No Yes In On At As For Now Not Nobody Everyone Everything
        After Before Once Still""",
    "de": """Der Die Das Ein Eine Er Sie Es Ich Wir Ihr Aber Und Dann Da Doch So Wenn Als Was Wer Wie In
        Im Am An Auf Nun Jetzt Nein Ja Niemand Mein Sein""",
    "fr": """Le La Les L Un Une Il Elle Ils Elles On Je Tu Nous Vous Ce Cette Ces C Mais Et Puis Alors
        Quand Si Que Qui Non Oui Dans En À Son Sa Ses Mon Ma""",
    "es": """El La Los Las Un Una Él Ella Ellos Yo Tú Pero Y Entonces Cuando Si Qué Quién No Sí En Su Mi
        Esto Este Esta Era Había""",
}
"""Words in front of which an abbreviation may have ended a sentence."""
