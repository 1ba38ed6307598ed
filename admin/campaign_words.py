"""Campaigns in the words of staff: states, what each button does, and a group as sentences."""

from __future__ import annotations

from collections.abc import Mapping

from admin.calendar_words import CONDITIONS
from core import people, programme_words, programmes
from core.campaigns import Action, Audience, State
from core.i18n import Capital, Text, Words, _, verbatim

Fact = tuple[Text, Text | Words | Capital]

STATES: Mapping[State, Text] = {
    "draft": _("Being written"),
    "waiting": _("Waits for approval"),
    "approved": _("Approved, not started"),
    "running": _("Is being sent"),
    "paused": _("Paused"),
    "stopped": _("Stopped for good"),
    "done": _("All sent"),
}
MARKS: Mapping[State, str] = {
    "draft": "draft",
    "waiting": "draft",
    "approved": "good",
    "running": "good",
    "paused": "draft",
    "stopped": "wait",
    "done": "wait",
}
BUTTONS: Mapping[Action, Text] = {
    "ask": _("Ask for approval"),
    "approve": _("Approve"),
    "send_back": _("Give back for changes"),
    "start": _("Start sending"),
    "pause": _("Pause"),
    "go_on": _("Go on"),
    "stop": _("Stop for good"),
}
HAPPENS: Mapping[Action, Text] = {
    "approve": _("You answer for it that these words may go to these people. After that it can be started."),
    "start": _(
        "It goes out in the daytime, in each person's language, to each person once. You can pause it at any time."
    ),
    "stop": _("Who has not got it yet will not get it. It cannot be started again."),
}
"""What is asked about once more before it happens."""
DONE: Mapping[Action, Text] = {
    "ask": _("Another member of staff must approve it now."),
    "approve": _("Approved. It can be started."),
    "send_back": _("It can be changed again."),
    "start": _("It is being sent."),
    "pause": _("Paused. What was just being sent may still arrive."),
    "go_on": _("It goes on."),
    "stop": _("Stopped for good."),
}
CONDITION: Mapping[str, Text] = {"pregnant": _("pregnant women"), **CONDITIONS}
SEX: Mapping[str, Text] = {"female": _("women and girls"), "male": _("men and boys")}
REACH: Mapping[str, Text] = {
    "any": _("By Telegram or SMS"),
    "telegram": _("Only who is told by Telegram"),
    "sms": _("Only who is told by SMS"),
}
ITEM_STATE: Mapping[str, Text] = {"due": _("it is time, or past time"), "overdue": _("it is past time")}


def items() -> dict[str, Text | Words]:
    """The series of vaccinations and the checks, by their ids."""
    found: dict[str, Text | Words] = {}
    for calendar in programmes.national().vaccination:
        found |= {series.id: programme_words.disease(series.id) for series in calendar.series}
    for code in sorted(programmes.national().screening_codes):
        found[code] = programme_words.screening(code)
    return found


def group(audience: Audience) -> list[Fact]:
    """What was chosen; nothing means everybody."""
    found: list[Fact] = []
    if audience.region:
        found.append((_("Region"), people.region_name(audience.region)))
    if audience.district:
        found.append((_("District"), people.district_name(audience.district)))
    if audience.age_from is not None or audience.age_to is not None:
        found.append((_("Age"), _age(audience)))
    if audience.sex:
        found.append((_("Sex"), SEX[audience.sex]))
    condition = "pregnant" if audience.pregnant else audience.condition
    if condition:
        found.append((_("Only"), CONDITION.get(condition, verbatim(condition))))
    if audience.item:
        name = Capital(items().get(audience.item, verbatim(audience.item)))
        state = ITEM_STATE[audience.item_state]
        found.append((_("For whom is due"), Text("{name}: {state}", values={"name": name, "state": state})))
    if audience.reach != "any":
        found.append((_("Channel"), REACH[audience.reach]))
    return found


def _age(audience: Audience) -> Text:
    if audience.age_to is None:
        return _("from {age} years", age=audience.age_from)
    if audience.age_from is None:
        return _("up to {age} years", age=audience.age_to)
    return _("{first}–{last} years", first=audience.age_from, last=audience.age_to)
