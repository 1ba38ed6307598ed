"""The health passport on one card, vaccinations, and checks: short first, protected from forwarding."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot.keyboards import Press, Rows
from core import booking, people, programme_words
from core.i18n import Capital, Text, _, join
from core.passport import READINGS, GivenDose, NextStep, Passport, Reading

MOST_LINES = 12
# What people can do something about now; the rest is history or not for them.
OPEN = ("overdue", "due", "not_yet")


def passport(card: Passport, today: date, person_id: int) -> tuple[Text, Rows]:
    lines = [
        Text("🪪 <b>{name}</b>", values={"name": card.name}),
        about(card, today),
        _("Blood group: {value}", value=card.blood_group or _("not known")),
        _("Allergies: {value}", value=_listed(card.allergies)),
        _("Chronic conditions: {value}", value=_listed(card.conditions)),
        _("Medicines: {value}", value=_listed(card.medicines)),
        _("Vaccinations on record: {n}", n=len(card.doses)),
    ]
    if card.readings:
        lines.append(_("<b>Last readings</b>"))
        lines += [_reading(reading) for reading in card.readings]
    if card.screenings:
        lines.append(_("<b>Last checks</b>"))
        lines += [
            Text(
                "• {name}: {on}",
                values={"name": programme_words.screening(done.screening), "on": done.done_on},
            )
            for done in card.screenings[:5]
        ]
    upcoming = open_steps(card.next_steps)
    if upcoming:
        lines.append(_("<b>Next</b>"))
        lines += [step_line(step) for step in upcoming[:5]]
    return join("\n", *lines), [
        [Press(_("Vaccinations"), f"pp:vac:{person_id}"), Press(_("Checks"), f"pp:scr:{person_id}")],
        [Press(_("Book"), f"bk:start::{person_id}:")],
    ]


def vaccinations(card: Passport, person_id: int) -> tuple[Text, Rows]:
    upcoming = [step for step in open_steps(card.next_steps) if step.programme == "vaccination"]
    lines = [vaccinations_title(card)]
    lines += [step_line(step) for step in upcoming[:MOST_LINES]] or [_("Nothing is due now.")]
    if card.doses:
        lines.append(_("<b>Given</b>"))
        lines += given_lines(card.doses[-MOST_LINES:])
    else:
        lines.append(_("No doses on record yet."))
    return join("\n", *lines), [
        [
            Press(_("Book"), f"bk:start:vaccination:{person_id}:{upcoming[0].item if upcoming else ''}"),
            Press(_("Already done"), f"pp:told:vaccination:{person_id}"),
        ],
        [Press(_("Picture"), f"pp:pic:vac:{person_id}")],
    ]


def checks(card: Passport, person_id: int) -> tuple[Text, Rows]:
    upcoming = [step for step in open_steps(card.next_steps) if step.programme == "screening"]
    lines = [checks_title(card)]
    lines += [step_line(step) for step in upcoming[:MOST_LINES]] or [_("Nothing is due now.")]
    if card.screenings:
        lines.append(_("<b>Done</b>"))
        lines += [
            Text(
                "✓ {on} {name}",
                values={"on": done.done_on, "name": programme_words.screening(done.screening)},
            )
            for done in card.screenings[:MOST_LINES]
        ]
    item = upcoming[0].item if upcoming else ""
    service = booking.service_for(item)
    return join("\n", *lines), [
        [
            Press(_("Book"), f"bk:start:{service.code if service else ''}:{person_id}:{item}"),
            Press(_("Already done"), f"pp:told:screening:{person_id}"),
        ],
        [Press(_("Picture"), f"pp:pic:scr:{person_id}")],
    ]


def vaccinations_title(card: Passport) -> Text:
    return _("💉 <b>{name}: vaccinations</b>", name=card.name)


def checks_title(card: Passport) -> Text:
    return _("🔎 <b>{name}: checks</b>", name=card.name)


def about(card: Passport, today: date) -> Text:
    """Whose it is, below the name: the birth date and the age."""
    return _("{birth_date}, {age}", birth_date=card.birth_date, age=people.show_age(card.birth_date, today))


def open_steps(steps: Sequence[NextStep]) -> list[NextStep]:
    """What is overdue or due, then the nearest to come; one line an item even where it counts for several diseases."""
    order = {status: i for i, status in enumerate(OPEN)}
    found: dict[str, NextStep] = {}
    for step in sorted(
        (s for s in steps if s.status in order), key=lambda s: (order[s.status], s.recommended_on or date.max)
    ):
        found.setdefault(step.item, step)
    return list(found.values())


def step_line(step: NextStep) -> Text:
    name = Capital(programme_words.item(step.item))
    if step.status == "not_yet":
        return _("• {name}: from {on}", name=name, on=step.recommended_on)
    return _("<b>{name}: it is time</b>", name=name)


def given_lines(doses: Sequence[GivenDose]) -> list[Text]:
    """One line a day: 15.01.2026: polio drops, rotavirus drops."""
    days: dict[date, list[Text]] = {}
    for dose in doses:
        note = Text("") if dose.confirmed else _(" (told by you)")
        line = Text("{name}{note}", values={"name": programme_words.vaccine(dose.vaccine), "note": note})
        days.setdefault(dose.given_on, []).append(line)
    return [
        Text("✓ {on}: {names}", values={"on": on, "names": join(", ", *names)}) for on, names in days.items()
    ]


def _listed(values: tuple[str, ...] | None) -> Text:
    if values is None:
        return _("not known")
    return Text("{values}", values={"values": ", ".join(values)}) if values else _("none")


def _reading(reading: Reading) -> Text:
    return Text(
        "• {name}: {value} ({on})",
        values={
            "name": READINGS[reading.code].name,
            "value": reading.show(),
            "on": booking.day_of(reading.taken_at),
        },
    )


def kept(reading: Reading) -> Text:
    """A reading is written down; a high or low one gets a calm word about what to do, never a name of an illness.

    Thresholds: blood pressure 180/120 and 140/90, glucose 11.1 and 3.9 mmol/L, temperature 39 °C: WHO HEARTS / PEN as
    restated in the domain facts, section 2.4 and 3.4 (standing: to verify by a clinician).
    """
    done = _("✅ Written down: {name} {value}", name=READINGS[reading.code].name, value=reading.show())
    advice = _advice(reading)
    return join("\n", done, advice) if advice else done


def _advice(reading: Reading) -> Text | None:
    value, low = reading.value, reading.value2 or 0
    if reading.code == "blood_pressure":
        if value >= 180 or low >= 120:
            return _(
                "This is very high. Sit down quietly and measure again in 5 minutes. "
                "With chest pain, weakness, trouble speaking or breathing: call 103 at once."
            )
        if value >= 140 or low >= 90:
            return _(
                "This is higher than it should be. Measure again on other days and show the numbers to your doctor."
            )
        if value < 90:
            return _("This is low. If you are dizzy or weak, sit or lie down and tell a doctor.")
    if reading.code == "glucose" and value >= 11.1:
        return _("This is high. Show it to your doctor soon. Very thirsty, weak or confused: call 103.")
    if reading.code == "glucose" and value < 3.9:
        return _(
            "This is low. If you can swallow, eat or drink something sweet now. Confused or drowsy: call 103."
        )
    if reading.code == "temperature" and value >= 39:
        return _("This is a high fever. Drink water and call a doctor. A baby under 3 months: call 103.")
    return None
