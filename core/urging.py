"""What staff may do with one reminder now, and why a message they want sent cannot go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal

from core.errors import Refusal
from core.i18n import Text, _

Act = Literal["hold", "release", "send", "retry"]

ANY_HOUR_FOR = timedelta(hours=1)
"""A message that staff let go out at night is let go for so long: a retry at three in the morning waits for the day."""
WHY_NOT: Mapping[str, Text] = {
    "acted_on": _("This reminder has ended. Nothing more is sent about it."),
    "expired": _("It is too late for this message. Nobody would be helped by it."),
    "deceased": _("The person has died. Nothing is sent."),
    "paused": _("This person stopped reminders. Nothing is sent until they want them again."),
    "no_consent": _("This person has not agreed to reminders. Nothing is sent."),
    "unreachable": _("This person has neither Telegram nor a phone number on record."),
    "broken": _("The record of this person cannot be read. Tell the administrator."),
    "held": _("It is held back. Release it first, or its clinic."),
    "trial": _("A trial is on, and this person is not on its list."),
    "hours": _("It is quiet time for this person. Tick the box if it has to go out all the same."),
    "sending": _("It is being sent at this moment."),
    "changed": _("Something has changed meanwhile. Look at the reminder again."),
}


class CannotSend(Refusal):
    """A message that staff asked for stays where it is; `reason` is the rule that says so."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(WHY_NOT.get(reason, WHY_NOT["changed"]))


def acts(
    *, stopped: bool, held: bool, clinic_held: bool, to_come: bool, state: str | None, expired: bool
) -> tuple[Act, ...]:
    """The buttons of one reminder. `state` is that of its newest due moment, `expired` whether that one is over;
    `to_come` says that something is due or planned.

    A moment whose fate nobody knows is never offered again: it may have arrived.
    """
    if stopped:
        return ()
    if held:
        return ("release",)
    found: list[Act] = []
    if not clinic_held and state == "failed" and not expired:
        found.append("retry")
    if not clinic_held and to_come and state != "claimed":
        found.append("send")
    if to_come:
        found.append("hold")
    return tuple(found)
