"""What a calendar's rules say, as pairs of a name and a sentence: for whom, at what age, how far apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from core import programme_words as names
from core.ages import Span
from core.calendar import Calendar, DoseRule, Group, Interval, Schedule, Screening, Season
from core.i18n import Capital, Text, Words, _, join, n_

Fact = tuple[Text, Text | Words]

CONDITIONS: Mapping[str, Text] = {
    "chronic_respiratory": _("with a long illness of the lungs"),
    "chronic_cardiovascular": _("with a long illness of the heart or vessels"),
    "health_worker": _("health workers"),
    "care_home_resident": _("living in a care home"),
}
RESULTS: Mapping[str, Text] = {
    "abnormal": _("Again after something was found"),
    "inadequate": _("Again after an unclear result"),
}


def who(calendar: Calendar, groups: Iterable[Group]) -> list[Text]:
    """One sentence a group; none means everybody."""
    return [_capital(_group(calendar, group)) for group in groups]


def _group(calendar: Calendar, group: Group) -> Text:
    parts: list[Text] = []
    if group.sex is not None:
        parts.append(_("women and girls") if group.sex == "female" else _("men and boys"))
    if group.pregnant is not None:
        parts.append(_("in pregnancy") if group.pregnant else _("not in pregnancy"))
    parts += [CONDITIONS[code] for code in sorted(group.conditions)]
    parts += _ages(calendar, group.from_age, group.until_age)
    if group.born_from is not None:
        parts.append(_("born from {on} on", on=date.fromordinal(group.born_from)))
    if group.born_until is not None:
        parts.append(_("born before {on}", on=date.fromordinal(group.born_until)))
    if group.regions:
        parts.append(_("only in regions {codes}", codes=", ".join(sorted(group.regions))))
    if group.during is not None:
        start, end = (date.fromordinal(day) for day in group.during)
        parts.append(_("from {start} to {end}", start=start, end=end))
    return join(", ", *parts)


def _ages(calendar: Calendar, start: int | None, end: int | None) -> list[Text]:
    first, last = calendar.age(start), calendar.age(end)
    if first is not None and last is not None:
        return [_("from {start}, younger than {end}", start=names.length(first), end=names.length(last))]
    if first is not None:
        return [_("from {start}", start=names.length(first))]
    return [_("younger than {end}", end=names.length(last))] if last is not None else []


def start(calendar: Calendar, schedule: Schedule) -> Text:
    """Who goes this way through a series."""
    ages = _ages(calendar, schedule.start_from, schedule.start_until)
    return _("Who begins {age}", age=ages[0]) if ages else _("Everybody")


def dose(calendar: Calendar, rule: DoseRule) -> Iterator[Fact]:
    """Everything one dose is judged by."""
    yield _("Vaccine"), _capital(join(" / ", *(_product(calendar, rule, code) for code in rule.windows)))
    yield _("Planned at"), names.length(calendar.ages.spans[rule.recommended_age])
    for name, place in (
        (_("Not before"), rule.minimum_age),
        (_("Does not count before"), rule.absolute_minimum_age),
        (_("Overdue from"), rule.overdue_age),
        (_("Not given from"), rule.too_late_age),
        (_("Skipped from"), rule.skip_from_age),
    ):
        age = calendar.age(place)
        if age is not None and any(age):  # from birth on is no limit
            yield name, names.length(age)
    for interval in rule.intervals:
        yield _interval(interval)
    skip = calendar.age(rule.skip_if_previous_from)
    if skip is not None:
        yield _("Skipped"), _("when the dose before was given at {age} or later", age=names.length(skip))
    if rule.repeat is not None:
        yield _("Again"), _("every {time}", time=_time(rule.repeat))


def _product(calendar: Calendar, rule: DoseRule, code: str) -> Text:
    window = rule.windows[code]
    limits = [] if window is None else _ages(calendar, window.from_age, window.until_age)
    if window is not None and window.sex is not None:
        limits.append(_("women and girls") if window.sex == "female" else _("men and boys"))
    name = Text("{name}", values={"name": names.vaccine(code)})
    return Text("{name} ({limits})", values={"name": name, "limits": join(", ", *limits)}) if limits else name


def _interval(interval: Interval) -> Fact:
    after = _("After dose {n}", n=interval.after) if interval.after else _("After the dose before")
    values = {
        "planned": _time(interval.recommended),
        "least": _time(interval.minimum),
        "counts": _time(interval.absolute_minimum),
    }
    return after, _("planned {planned}, at least {least}, does not count before {counts}", **values)


def season(found: Season) -> Text:
    """Days of the year on which it begins, is overdue and ends."""
    day = "{0[1]:02d}.{0[0]:02d}".format
    return _(
        "Every year from {start} to {end}, overdue from {overdue}",
        start=day(found.start),
        end=day(found.end),
        overdue=day(found.overdue),
    )


def check(calendar: Calendar, rule: Screening) -> Iterator[Fact]:
    """For whom and how often."""
    for group in who(calendar, rule.who):
        yield _("For whom"), group
    age = calendar.age(rule.recommended_age)
    if age is not None:
        yield _("Planned at"), names.length(age)
    if rule.weeks is not None:
        first, last = rule.weeks
        yield _("In pregnancy"), _("from week {first} to week {last}", first=first, last=last)
    yield _("How often"), _("every {time}", time=_time(rule.interval)) if rule.interval else _("once")
    for result, span in rule.after.items():
        if result in RESULTS:
            yield RESULTS[result], _time(span)
    yield _("Overdue when late by"), _time(rule.overdue_after)
    if rule.programme_id:
        yield _("National programme"), Text("{id}", values={"id": rule.programme_id})


def _time(span: Span) -> Text:
    """How long, where `length` would say how old: in Uzbek ten years of waiting are not ten years of age."""
    months, days = span
    if months and months % 12 == 0 and months >= 24 and not days:
        return n_("{n} year apart", "{n} years apart", months // 12)
    return names.length(span)


def doses(schedule: Schedule) -> Text:
    return n_("{n} dose", "{n} doses", len(schedule.doses))


def _capital(text: Text) -> Text:
    return Text("{text}", values={"text": Capital(text)})
