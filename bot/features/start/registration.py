"""Signing up: one's own contact, then the clinic's record if there is one, else a new one."""

from __future__ import annotations

from datetime import date

from aiogram.types import Message

from bot import forms, keyboards
from bot.forms import Asked, Field, Form, Values
from core import people as rules
from core.errors import Refusal
from core.i18n import Text, _, join
from services import people

KNOWN = "known"


async def take_contact(message: Message, values: Values, asked: Asked) -> str:
    contact = message.contact
    if contact is None:
        raise Refusal(_("Send your own number with the button below, please."))
    if contact.user_id != (message.from_user.id if message.from_user else None):
        raise Refusal(_("This is another person's number. Send your own with the button below."))
    phone = rules.parse_phone(
        contact.phone_number if contact.phone_number.startswith("+") else f"+{contact.phone_number}"
    )
    if await people.is_known(asked.database, phone):
        values[KNOWN] = "yes"
    return phone


async def take_birth_date(message: Message, values: Values, asked: Asked) -> str:
    born = rules.parse_birth_date(message.text or "", asked.today)
    if rules.age_years(born, asked.today) < 14:
        raise Refusal(_("A parent signs up a child under 14: first yourself, then «My family»."))
    if values.get(KNOWN) == "yes":
        citizen = await people.link(asked.database, asked.visitor.chat_id, values["phone"], born, asked.now)
        if citizen:
            values[KNOWN] = f"linked:{citizen.name}"
    return born.isoformat()


def linked(values: Values) -> bool:
    """The clinic's record was found: there is nothing more to ask."""
    return values.get(KNOWN, "").startswith("linked:")


async def take_name(message: Message, values: Values, asked: Asked) -> str:
    return rules.parse_name(message.text or "")


def region_choices(values: Values) -> list[tuple[str, object]]:
    return [(region.code, rules.region_name(region.code)) for region in rules.regions()]


def district_choices(values: Values) -> list[tuple[str, object]]:
    region = next(region for region in rules.regions() if region.code == values["region"])
    return [(district, rules.district_name(district)) for district in region.districts]


def sexes(values: Values) -> list[tuple[str, object]]:
    return [("female", _("Female")), ("male", _("Male"))]


def ask_birth_date(values: Values) -> Text:
    return _("When were you born? Write it like this: 15.03.1990")


async def finish(values: Values, asked: Asked) -> None:
    menu = keyboards.menu
    if linked(values):
        name = values[KNOWN].removeprefix("linked:").split()[0]
        visitor = await people.visit(asked.database, asked.visitor.chat_id, asked.now)
        text = _(
            "✅ Welcome, {name}! I found your record at the clinic and will remind you in time.", name=name
        )
        await asked.say(text, markup=menu(visitor, asked.say.language))
        return
    profile = rules.Profile(
        values["name"],
        date.fromisoformat(values["birth_date"]),
        sex(values),
        values["region"],
        values["district"],
    )
    citizen = await people.register(
        asked.database, asked.visitor.chat_id, values["phone"], profile, asked.now
    )
    visitor = await people.visit(asked.database, asked.visitor.chat_id, asked.now)
    text = join(
        "\n",
        _(
            "✅ You are signed up, {name}. I will remind you of checks and vaccinations in time.",
            name=citizen.first_name,
        ),
        _("Have small children? Add them: «My family»."),
    )
    await asked.say(text, markup=menu(visitor, asked.say.language))


def sex(values: Values) -> rules.Sex:
    return "female" if values["sex"] == "female" else "male"


FORM = forms.register(
    Form(
        "registration",
        (
            Field(
                "phone",
                lambda values: _("Send your phone number with the button below: the clinic knows you by it."),
                take_contact,
                contact=_("Send my number"),
            ),
            Field("birth_date", ask_birth_date, take_birth_date),
            Field("name", lambda values: _("What is your name and surname?"), take_name, skip=linked),
            Field("sex", lambda values: _("Your sex?"), choices=sexes, skip=linked),
            Field(
                "region",
                lambda values: _("Which region do you live in?"),
                choices=region_choices,
                skip=linked,
            ),
            Field(
                "district", lambda values: _("Which district or city?"), choices=district_choices, skip=linked
            ),
        ),
        finish,
    )
)
