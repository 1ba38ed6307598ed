"""Codes of the database in words: states, reasons, channels, steps, audited actions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core import failure_words
from core.i18n import Text, _, n_, verbatim

APPOINTMENT: Mapping[str, Text] = {
    "booked": _("Booked"),
    "fulfilled": _("Came"),
    "noshow": _("Did not come"),
    "cancelled": _("Cancelled"),
}
KIND: Mapping[str, Text] = {
    "vaccination": _("Vaccination"),
    "screening": _("Check-up"),
    "appointment": _("Appointment"),
    "campaign": _("Campaign"),
}
MOMENT: Mapping[str, Text] = {
    "due": _("Waits"),
    "claimed": _("Being sent"),
    "sent": _("Sent"),
    "skipped": _("Left out"),
    "failed": _("Not sent"),
    "expired": _("Too late to send"),
    "unknown": _("Nobody knows if it arrived"),
}
DELIVERY: Mapping[str, Text] = {
    "sending": _("Being sent"),
    "sent": _("Sent"),
    "delivered": _("Arrived"),
    "failed": _("Not sent"),
    "unknown": _("Nobody knows if it arrived"),
}
REASON: Mapping[str, Text] = {
    "acted_on": _("the person has acted"),
    "expired": _("too late"),
    "deceased": _("the person has died"),
    "paused": _("the person stopped reminders"),
    "no_consent": _("no consent"),
    "unreachable": _("no phone and no Telegram"),
    "hours": _("waits for daytime"),
    "cap": _("enough messages for now"),
    "template_not_approved": _("the operator has not approved the text of this SMS"),
    "later": _("the person asked for later"),
    "changed": _("the record changed"),
    "busy": _("the channel is busy"),
    "retry": _("is tried again"),
    "next_channel": _("goes on by another channel"),
    "campaign_paused": _("the campaign is paused"),
    "campaign_stopped": _("the campaign was stopped"),
    "failed": _("all tries failed"),
    "unknown": _("no answer came"),
    "held": _("a colleague holds it back"),
    "clinic_held": _("everything of this clinic is held back"),
    "trial": _("a trial is on, and this person is not on its list"),
    "broken": _("the record cannot be read: tell the administrator"),
    "no_channel": _("no channel is set up for it: tell the administrator"),
    "lease": _("is tried again"),
    "never_left": _("is tried again"),
    "never_sent": _("it had not left yet, and is tried again"),
    "repeat": _("is sent once more, nobody knows if it arrived"),
    "done": _("done"),
    "booked": _("booked"),
    "declined": _("the person does not want it"),
    "ended": _("ended for good"),
    "withdrawn": _("consent withdrawn"),
}
BOARD: Mapping[str, Text] = {
    "due": _("Waits"),
    "held": _("Held back"),
    "sent": _("Sent"),
    "delivered": _("Arrived"),
    "failed": _("Did not arrive"),
    "unknown": _("Nobody knows if it arrived"),
    "left_out": _("Left out"),
}
BOARD_HINT: Mapping[str, Text] = {
    "due": _("These go out by themselves at their time. You need do nothing."),
    "held": _("A colleague holds these back, or a trial is on. They wait."),
    "sent": _("These are on their way. Telegram does not tell whether a message was read."),
    "delivered": _("The phone has received these."),
    "failed": _("Every channel was tried. Open one to try again, or call the person."),
    "unknown": _("The answer of the operator got lost. They may have arrived, so they are not sent again."),
    "left_out": _("These were not sent for a good reason. It stands beside each."),
}
UNREADABLE = _("A record that cannot be read")
PROVIDER: Mapping[str, str] = {"eskiz": "Eskiz", "playmobile": "PlayMobile", "twilio": "Twilio"}
STOPPED: Mapping[str, Text] = {
    "done": _("done"),
    "booked": _("booked"),
    "declined": _("the person does not want it"),
    "changed": _("the record changed"),
    "ended": _("ended for good"),
    "withdrawn": _("consent withdrawn"),
}
CHANNEL: Mapping[str, Text] = {
    "telegram": verbatim("Telegram"),
    "sms": verbatim("SMS"),
    "auto": _("Telegram, else SMS"),
}
SEX: Mapping[str, Text] = {"female": _("Woman"), "male": _("Man")}
LANGUAGE: Mapping[str, Text] = {
    "uz": verbatim("Oʻzbekcha"),
    "uz_Cyrl": verbatim("Ўзбекча"),
    "ru": verbatim("Русский"),
}
RELATION: Mapping[str, Text] = {
    "child": _("child"),
    "parent": _("parent"),
    "spouse": _("husband or wife"),
    "other": _("relative"),
}
QUESTION: Mapping[str, Text] = {
    "open": _("Waits for an answer"),
    "answered": _("Answer on its way"),
    "sent": _("Answered"),
}
STEP_STATUS: Mapping[str, Text] = {
    "complete": _("Complete"),
    "not_yet": _("Later"),
    "due": _("Due now"),
    "overdue": _("Overdue"),
    "too_late": _("Too late"),
    "exempt": _("Exempt"),
    "refused": _("Refused"),
    "not_for_person": _("Not for this person"),
}
RESULT: Mapping[str, Text] = {
    "normal": _("All right"),
    "abnormal": _("Something was found"),
    "not_adequate": _("To be repeated"),
    "unknown": _("Result not known"),
}
NOT_GIVEN: Mapping[str, Text] = {
    "MEDPREC": _("Medical reason"),
    "IMMUNE": _("Protected already"),
    "PATOBJ": _("The person or the parents refused"),
    "OSTOCK": _("The vaccine has run out"),
}
NOT_GIVEN_HINT: Mapping[str, Text] = {
    "MEDPREC": _("decided by a doctor, until a day or for good"),
    "IMMUNE": _("had the disease, or tests show protection"),
    "PATOBJ": _("can change their mind at any time"),
    "OSTOCK": _("write when it is expected"),
}
SITE: Mapping[str, Text] = {
    "left_arm": _("Left arm"),
    "right_arm": _("Right arm"),
    "left_thigh": _("Left thigh"),
    "right_thigh": _("Right thigh"),
    "mouth": _("By mouth"),
}
STANDING: Mapping[str, Text] = {
    "verified": _("Verified in the source"),
    "to_verify": _("To be verified"),
}
ACTION: Mapping[str, Text] = {
    "alarm.acknowledge": _("Looks after an alarm"),
    "appointment.book": _("Booked a visit"),
    "appointment.cancel": _("Cancelled a visit"),
    "appointment.cancelled": _("Cancelled a visit"),
    "appointment.fulfilled": _("Marked: came"),
    "appointment.move": _("Moved a visit"),
    "appointment.noshow": _("Marked: did not come"),
    "article.publish": _("Published an article"),
    "article.save": _("Saved a draft"),
    "campaign.approve": _("Approved a campaign"),
    "campaign.ask": _("Asked for approval of a campaign"),
    "campaign.go_on": _("Let a campaign go on"),
    "campaign.pause": _("Paused a campaign"),
    "campaign.send_back": _("Gave a campaign back for changes"),
    "campaign.start": _("Started a campaign"),
    "campaign.stop": _("Stopped a campaign"),
    "campaign.write": _("Wrote a campaign"),
    "campaigns.allow": _("Wants campaigns again"),
    "campaigns.refuse": _("Wants no campaigns"),
    "consent.withdraw": _("Withdrew consent"),
    "dose.confirm": _("Confirmed a vaccination"),
    "dose.record": _("Recorded a vaccination"),
    "dose.take_back": _("Took back a vaccination entered in error"),
    "not_done.end": _("Ended a reason not to vaccinate"),
    "not_done.record": _("Recorded why a vaccine is not given"),
    "experiment.approve": _("Approved a second text of a reminder"),
    "experiment.ask": _("Asked for approval of a second text of a reminder"),
    "experiment.end": _("Ended a comparison of two texts"),
    "experiment.send_back": _("Gave a second text of a reminder back for changes"),
    "experiment.start": _("Started a comparison of two texts"),
    "experiment.write": _("Wrote a second text of a reminder"),
    "passport.look": _("Looked at a passport"),
    "passport.refused": _("Was refused a passport"),
    "person.add_ward": _("Added a family member"),
    "person.delete": _("Deleted a record"),
    "person.alive": _("Took back that a person died"),
    "person.came_back": _("Wants to hear of a family member again"),
    "person.died": _("Wrote down that a person died"),
    "person.moved_away": _("Said that a family member moved away"),
    "person.pregnancy_ended": _("Said that a pregnancy ended"),
    "person.export": _("Looked at what is kept"),
    "person.list": _("Looked at the list of people"),
    "person.link": _("Linked Telegram to a record"),
    "person.look": _("Looked at a person"),
    "person.register": _("Registered"),
    "person.remove_ward": _("Removed a family member"),
    "person.search": _("Searched for a person"),
    "question.answer": _("Answered a question"),
    "question.list": _("Looked at questions"),
    "question.look": _("Looked at a question"),
    "clinic.hold": _("Held back everything of a clinic"),
    "clinic.release": _("Released everything of a clinic"),
    "reminder.dry_run": _("Looked at what would go out"),
    "reminder.hold": _("Held a reminder back"),
    "reminder.list": _("Looked at the reminder board"),
    "reminder.look": _("Looked at a reminder"),
    "reminder.release": _("Released a reminder"),
    "reminder.retry": _("Tried a message again"),
    "reminder.send_now": _("Sent a message now"),
    "reminder.timeline": _("Looked at all reminders of a person"),
    "result.confirm": _("Confirmed a check"),
    "result.record": _("Recorded a check"),
    "result.take_back": _("Took back a check entered in error"),
    "sms_template.decide": _("Wrote down what an SMS operator said of a text"),
    "staff.add": _("Added a member of staff"),
    "staff.disable": _("Locked a member of staff out"),
    "staff.enable": _("Let a member of staff in again"),
    "staff.password": _("Set a new password"),
    "staff.refused": _("Was refused a sign-in"),
    "staff.sign_in": _("Signed in"),
    "staff.sign_out": _("Signed out"),
    "trial.add": _("Put a person on the list of the trial"),
    "trial.look": _("Looked at the trial"),
    "trial.off": _("Ended the trial"),
    "trial.on": _("Started the trial"),
    "trial.remove": _("Took a person off the list of the trial"),
}
MARKS: Mapping[str, str] = {
    "fulfilled": "good",
    "delivered": "good",
    "sent": "good",
    "complete": "good",
    "normal": "good",
    "noshow": "bad",
    "failed": "bad",
    "overdue": "bad",
    "unknown": "bad",
    "open": "draft",
    "due": "draft",
    "held": "draft",
    "abnormal": "draft",
    "verified": "good",
    "to_verify": "draft",
}
"""Which of the colours good, bad, draft or wait a state is shown in; the words always say it too."""


STEPS: Mapping[str, Text] = {
    "later": _("again, as asked"),
    "late": _("at once"),
    "missed": _("after a missed visit"),
    "cancelled": _("the clinic cancelled it"),
    "moved": _("the clinic moved it"),
    "unconfirmed": _("no answer by Telegram"),
    "campaign-a": _("campaign, first text"),
    "campaign-b": _("campaign, second text"),
    "campaign": _("campaign"),
}


def word(words: Mapping[Any, Text], code: str | None) -> Text:
    """The code itself where nobody wrote a word for it yet."""
    return words.get(code or "", verbatim(code or ""))


def failure(said: str) -> Text:
    """What a channel said of a message, in words."""
    return failure_words.why(said) or verbatim(said)


def step(name: str) -> Text:
    """day-7, day+3, hour-24, late, missed+3, later1 … in words."""
    if match := re.fullmatch(r"(day|hour)([+-])(\d+)", name):
        n = int(match[3])
        if match[1] == "hour":
            return n_("{n} hour before", "{n} hours before", n)
        if n == 0:
            return _("on the day")
        return (
            n_("{n} day before", "{n} days before", n)
            if match[2] == "-"
            else n_("{n} day after", "{n} days after", n)
        )
    return next((text for start, text in STEPS.items() if name.startswith(start)), verbatim(name))
