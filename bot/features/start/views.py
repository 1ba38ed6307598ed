"""First words: language, consent, the menu, what Salomat can do."""

from __future__ import annotations

from bot.keyboards import Press, Rows
from core.i18n import Text, _, join, verbatim
from core.people import Citizen

LANGUAGE_NAMES = {"uz": "Oʻzbekcha", "uz_Cyrl": "Ўзбекча", "ru": "Русский"}

# Said before a language is known, so in both at once; the only sentences that no catalog can hold.
HELLO = verbatim(
    "Assalomu alaykum! Men Salomatman, sogʻligʻingiz boʻyicha yordamchingiz. Qaysi tilda gaplashamiz?\n\n"
    "Здравствуйте! Я Саломат, ваш помощник по здоровью. На каком языке будем говорить?"
)


def languages() -> Rows:
    return [[Press(verbatim(name), f"start:lang:{code}")] for code, name in LANGUAGE_NAMES.items()]


def consent() -> tuple[Text, Rows]:
    text = join(
        "\n\n",
        _(
            "To remind you and to book visits I need to keep your name, phone and vaccination data. "
            "They are encrypted, given to nobody, and you can delete them at any time. Do you agree?"
        ),
        _("I keep them while you use me. To take your consent back: Settings → My data."),
    )
    return text, [
        [Press(_("I agree"), "start:consent:yes"), Press(_("No"), "start:consent:no")],
        [Press(_("More"), "start:consent:more")],
    ]


def consent_in_full(version: str) -> tuple[Text, Rows]:
    text = join(
        "\n",
        _(
            "<b>What I keep:</b> name, phone, birth date, sex, district; vaccinations, checks and readings; your bookings."
        ),
        _("<b>Why:</b> to remind you in time, to book visits, and to show you your own record."),
        _("<b>Who sees it:</b> you and the health workers of your clinic. Every look is written down."),
        _("<b>How long:</b> until you delete it or take your consent back."),
        _(
            "<b>How to take it back:</b> Settings → My data, or write /stop. (Version {version})",
            version=version,
        ),
    )
    return text, [[Press(_("I agree"), "start:consent:yes"), Press(_("No"), "start:consent:no")]]


def without_consent() -> Text:
    return _(
        "All right. Advice is open to you all the same: ask anything about a healthy life, or choose a topic."
    )


def welcome_back(citizen: Citizen | None) -> Text:
    if citizen:
        return _("Hello, {name}! How can I help?", name=citizen.first_name)
    return _("Hello! Ask me about a healthy life, or choose below.")


def help_() -> Text:
    return join(
        "\n",
        _("I can:"),
        _("• give advice: ask in your own words"),
        _("• book a visit to your clinic, move or cancel it"),
        _("• remind you of vaccinations and checks"),
        _("• show your health passport"),
        _("Danger to life? Call 103 (or 112) at once. I am not a doctor."),
    )


def whoami() -> Text:
    return _(
        "I am a program, not a human. A health worker reads the questions you send with «Ask a question»."
    )
