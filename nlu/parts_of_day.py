"""Words for parts of the day, folded: morning, afternoon, evening, and night, which only tells the hour meant."""

from __future__ import annotations

import re

MORNING, AFTERNOON, EVENING, NIGHT = "morning", "afternoon", "evening", "night"

_WORDS = (
    (
        MORNING,
        r"v pervoy polovine dna|kun(?:ning)? 1 inchi yarm\w*|ertalab\w*|erta bilan|erta tong\w*|bomdoddan keyin\w*|ertalap"
        r"|tongda|tonggi|tongdan"
        r"|(?<!hayrli )tong(?: bilan)(?! muborak)|sahar(?:lab|da|gi|lik\w*)|azonda|azanda"
        r"|tushgacha|tush(?:lik)?dan (?:oldin|avval|burun)\w*|(?:ab|ob)e[dt]dan (?:oldin|avval)\w*"
        r"|(?<!dobrogo )(?<!dobroe )(?<!dobroye )utr(?:om|am|enn\w*|echk\w*|ichk\w*)"
        r"|s utra|(?<!dobrogo )utra|(?<!dobroe )(?<!dobroye )utro|s utrechka|do obedd?a|(?:ab|ob)edgacha"
        r"|tushlik[gk]acha|peshingacha",
    ),
    (
        AFTERNOON,
        r"vo vtoroy polovine dna|kun(?:ning)? 2 inchi yarm\w*|(?:tush(?:i|lik)?|abe[dt]"
        r"|obe[dt])dan (?:keyin\w*|song\w*|kiyin|kegin)|tush(?:da|lik(?: payti"
        r"| vakti)?\w*| payti\w*| vakti\w*)|kunduz\w*|peshin\w*"
        r"|posle obed\w*|asrdan keyin\w*|tushga yakin|dnem|dnyom|(?:v|k) obedu?|v poldn\w*|[ao]bed(?:da|ga)",
    ),
    (
        EVENING,
        r"kechkurun\w*|kechkrun\w*|kechki\w*|kechga yakin|kechga(?=$| (?:yoz|bor|kel|sur|kabul|tog|ber"
        r"|kil|eslat))|kechrok\w*|kechda|okshom\w*|akshom\w*|shomda"
        r"|ish(?: vakti)?\w*dan keyin\w*|vecherom|vecherkom|vechera|vecheru|vecher(?:n\w*|am|ami|ok"
        r"|ochk\w*)?|pod vecher|posle raboti|(?:shom|hufton)dan keyin\w*",
    ),
    # No part of day of ours: it only tells which hour is meant.
    (NIGHT, r"nochi|nochyu|nochu|kechasi|tungi|tunda|yarim kechasi|yarim tun\w*"),
)
_ANY = "|".join(f"(?P<{name}>{words})" for name, words in _WORDS)
ALONE = re.compile(rf"\b(?:{_ANY})\b")
BESIDE = re.compile(rf"(?:^|[ ,])(?:{_ANY})[ ,]*$")
BEHIND = re.compile(rf"^(?: ?-?(?:da|ga|larda|v))?[ ,]*(?:{_ANY})\b")
