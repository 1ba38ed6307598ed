"""Why a message did not arrive, in words a nurse can act on; what a channel said is a code for the log."""

from __future__ import annotations

import re

from core.i18n import Text, _

_SAID: tuple[tuple[str, Text], ...] = (
    (r"telegram: forbidden", _("the person has blocked the bot")),
    (r"no such chat", _("this Telegram chat no longer exists")),
    (
        r"3000[456]|21211|21214|21217|2161[24]|21635|playmobile: 20[2-6]",
        _("no SMS can reach this number: check it"),
    ),
    (r"21610", _("the person answered STOP to the operator")),
    (r"30003|UNDELIV|EXPIRED|not ?delivered", _("the phone was off or out of reach")),
    (r"text not approved|REJECT", _("the SMS operator did not let this text through")),
    (
        r"not accepted|20003|20404|2160[36]|21660|2170[34]|playmobile: 10[23]",
        _("the account at the operator does not work: tell the administrator"),
    ),
    (r"too many requests|20429|14107|30001", _("the channel was busy")),
    (r"no answer|timed out|took too long|lost|504", _("no answer came")),
    (r"never", _("it had not left yet")),
    (r"not reachable|server error|: 5\d\d", _("the operator could not be reached")),
)
OTHERWISE = _("the operator refused it ({said})")


def why(said: str | None) -> Text | None:
    """The first that fits; None where nothing was said."""
    if not said:
        return None
    found = next((words for pattern, words in _SAID if re.search(pattern, said, re.IGNORECASE)), None)
    return found or Text(OTHERWISE.msgid, values={"said": said})
