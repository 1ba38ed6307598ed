"""A notice in words: what Telegram shows with its buttons; what an SMS says stands in core/notice_sms.py.

Nothing in an SMS, nor in the first line of a Telegram message, names a vaccine, a disease or a result: others see those.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from core import campaign_words, campaigns, experiments, notice_sms
from core import reminder_words as words
from core import reminders as rules
from core.booking import day_of, show_time
from core.i18n import Language, Text, Words, _, join
from core.notices import Item, Notice, Said
from core.ports import Button, OutboundMessage

Labelled = tuple[Text, str]

BOOK, DONE, LATER = _("Book a visit"), _("Done"), _("Later")
WHY, STOP = _("Why did it come?"), _("Stop")
OTHER_TIME = _("Choose another time")
NO_CAMPAIGNS = _("No more such messages")


def compose(notice: Notice, now: datetime, bot_name: str, *, cyrillic: bool) -> OutboundMessage:
    """The message in the person's language, still without a key. `cyrillic`: Uzbek in Cyrillic goes out so by SMS too."""
    left_s = max(1, int((notice.expires_at - now).total_seconds()))
    if notice.items[0].said is not None:
        return _campaign(notice, notice.items[0].said, left_s, cyrillic=cyrillic)
    if notice.way == "telegram":
        text = telegram_text(notice, now).html(notice.language)
        return OutboundMessage("", notice.address, text, buttons(notice), valid_for_s=left_s)
    language: Language = "uz" if notice.language == "uz_Cyrl" and not cyrillic else notice.language
    text = notice_sms.text(notice, now, bot_name).render(language)
    return OutboundMessage("", notice.address, text, valid_for_s=left_s)


def _campaign(notice: Notice, said: Said, left_s: int, *, cyrillic: bool) -> OutboundMessage:
    """What staff wrote, as they wrote it."""
    if notice.way == "telegram":
        text = campaign_words.telegram_html(said.text, notice.language)
        return OutboundMessage("", notice.address, text, buttons(notice), valid_for_s=left_s)
    assert said.sms is not None
    written: Language = "ru" if notice.language == "ru" else "uz"
    text = campaigns.sms_text(said.sms.render(written), notice.language, cyrillic=cyrillic)
    return OutboundMessage("", notice.address, text, valid_for_s=left_s)


def telegram_text(notice: Notice, now: datetime) -> Text:
    first = notice.items[0]
    if first.kind == "appointment":
        told = {rules.MISSED: _missed, rules.CANCELLED: _cancelled, rules.MOVED: _moved}
        return told.get(first.step, _appointment)(first)
    lines = _lines(notice.items, now)
    invitation = _invitation(notice)
    if invitation is not None:
        lines.append(invitation)
    return join("\n\n", _headline(notice.items), join("\n", *lines))


def _invitation(notice: Notice) -> Text | None:
    """The last line: the usual one of the kind, where all is of one kind, or what an experiment tries in its place."""
    if notice.tried is not None and notice.tried.words is not None:
        return Text("{words}", values={"words": notice.tried.words})
    kinds = {item.kind for item in notice.items}
    return experiments.USUAL.get(kinds.pop()) if len(kinds) == 1 else None


def _headline(items: Sequence[Item]) -> Text:
    about = {item.about_id: item.about for item in items}
    if len(about) > 1:
        return _("🔔 It is time for planned visits in your family.")
    name = next(iter(about.values()))
    if name is None:
        return _("🔔 It is time for a planned visit.")
    return _("🔔 {name}: it is time for a planned visit.", name=name)


def _lines(items: Sequence[Item], now: datetime) -> list[Text]:
    """One line a person and visit, the name in front where there are several people."""
    several = len({item.about_id for item in items}) > 1
    shown: dict[tuple[object, ...], Item] = {}
    for item in items:
        when = None if item.due_on < day_of(now) else item.due_on
        key = (item.about_id, item.kind, when)
        # of what is past the latest gives the name: «at 12 months», not the flu of this winter
        if key not in shown or item.due_on > shown[key].due_on:
            shown[key] = item
    return [
        _line(
            words.label(item.kind, item.due_on, item.birth_date),
            None if item.due_on < day_of(now) else item.due_on,
            item.about if several else None,
        )
        for item in shown.values()
    ]


def _line(what: Text | Words, when: date | None, name: str | None) -> Text:
    line = (
        _("{what}, by {day}.", what=what, day=when) if when else _("{what}, in the coming days.", what=what)
    )
    return Text("{name}: {line}", values={"name": name, "line": line}) if name else line


def _appointment(item: Item) -> Text:
    assert item.due_at is not None
    when = {"day": day_of(item.due_at), "time": show_time(item.due_at)}
    head = (
        _("🔔 {name} has an appointment: {day} at {time}.", name=item.about, **when)
        if item.about
        else _("🔔 You have an appointment: {day} at {time}.", **when)
    )
    if item.visit is None:
        return head
    return join("\n\n", head, _("{clinic}, room {room}.", clinic=item.visit.clinic, room=item.visit.room))


def _missed(item: Item) -> Text:
    head = (
        _("🔔 {name} could not come to the appointment. That is all right.", name=item.about)
        if item.about
        else _("🔔 You could not come to the appointment. That is all right.")
    )
    return join("\n\n", head, _("Shall we find another time?"))


def _cancelled(item: Item) -> Text:
    assert item.due_at is not None
    when = {"day": day_of(item.due_at), "time": show_time(item.due_at)}
    head = (
        _("🔔 {name}: the clinic has cancelled the visit on {day} at {time}.", name=item.about, **when)
        if item.about
        else _("🔔 The clinic has cancelled your visit on {day} at {time}.", **when)
    )
    return join("\n\n", head, _("We are sorry. Please choose another time."))


def _moved(item: Item) -> Text:
    assert item.due_at is not None
    when = {"day": day_of(item.due_at), "time": show_time(item.due_at)}
    head = (
        _("🔔 {name}: the clinic has moved the visit. New time: {day} at {time}.", name=item.about, **when)
        if item.about
        else _("🔔 The clinic has moved your visit. New time: {day} at {time}.", **when)
    )
    lines = [_("If it does not suit, choose another time.")]
    if item.visit is not None:
        lines.insert(0, _("{clinic}, room {room}.", clinic=item.visit.clinic, room=item.visit.room))
    return join("\n\n", head, join("\n", *lines))


def buttons(notice: Notice) -> tuple[tuple[Button, ...], ...]:
    """Under a reminder: book, done, later, why, stop; with several people, book and done for each by name."""
    first = notice.items[0]
    if first.kind == "campaign":
        rows: list[list[Labelled]] = [
            [(BOOK, f"rem:book:{first.reminder_id}")],
            [(NO_CAMPAIGNS, f"camp:refuse:{first.reminder_id}")],
        ]
    elif first.step == rules.CANCELLED:
        rows = [[(OTHER_TIME, f"rem:book:{first.reminder_id}")]]
    elif first.step == rules.MOVED:
        rows = [[(OTHER_TIME, f"ap:move:{first.item}")]]
    elif first.kind == "appointment":
        rows = [[(BOOK, f"rem:book:{first.reminder_id}")]] if first.step == rules.MISSED else []
        rows.append([(WHY, f"rem:why:{first.reminder_id}"), (STOP, f"rem:stop:{first.reminder_id}")])
    else:
        leads = {item.about_id: item for item in reversed(notice.items)}
        rows = [_own_row(item, named=len(leads) > 1) for item in reversed(leads.values())]
        one = first.reminder_id
        rows += [[(LATER, f"rem:later:{one}"), (WHY, f"rem:why:{one}")], [(STOP, f"rem:stop:{one}")]]
    return tuple(tuple(Button(text.render(notice.language), data) for text, data in row) for row in rows)


def _own_row(item: Item, *, named: bool) -> list[Labelled]:
    book, done = BOOK, DONE
    if named and item.about:
        book = Text("{name}: {verb}", values={"name": item.about, "verb": BOOK})
        done = Text("{name}: {verb}", values={"name": item.about, "verb": DONE})
    return [(book, f"rem:book:{item.reminder_id}"), (done, f"rem:done:{item.reminder_id}")]
