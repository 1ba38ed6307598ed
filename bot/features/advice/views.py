"""How an article, the list of topics and the honest «I do not know» look."""

from __future__ import annotations

from collections.abc import Mapping

from bot.keyboards import MENU, Press, Rows, columns
from core.advice import Article
from core.i18n import Text, _, join, markup, verbatim


def topics(titles: Mapping[str, str]) -> tuple[Text, Rows]:
    rows = columns((Press(verbatim(title), f"adv:show:{id_}") for id_, title in titles.items()), 2)
    return _("What would you like advice on? Choose, or ask in your own words."), rows


def short(article: Article) -> tuple[Text, Rows]:
    text = Text("<b>{title}</b>\n\n{summary}", values={"title": article.title, "summary": article.summary})
    return text, [[Press(_("More"), f"adv:more:{article.id}"), Press(_("Other topics"), "adv:topics")]]


def whole(article: Article) -> tuple[Text, Rows]:
    review = (
        _("Checked by: {who}, {on}", who=article.reviewed_by, on=article.reviewed_on)
        if article.reviewed_on
        else _("Not yet checked by a doctor.")
    )
    text = join(
        "\n\n",
        Text("<b>{title}</b>", values={"title": article.title}),
        markup(article.body_html),
        Text(
            "<i>{source}\n{review}</i>",
            values={"source": _("Source: {source}", source=article.source), "review": review},
        ),
        _("Was it helpful?"),
    )
    return text, [[Press(_("Yes"), f"adv:yes:{article.id}"), Press(_("No"), f"adv:no:{article.id}")]]


def no_doctor() -> tuple[Text, Rows]:
    text = join(
        "\n",
        _("I am not a doctor and cannot say what it is from here."),
        _("If it gets worse quickly, or you are very unwell, call 103."),
        _("Shall I book a doctor for you, or pass your question to a health worker?"),
    )
    return text, [[Press(_("Book"), "bk:start"), Press(MENU["questions"], "q:ask")]]


def no_medicines() -> tuple[Text, Rows]:
    text = join(
        "\n",
        _("I do not advise on medicines and doses: only a doctor or pharmacist who knows you can."),
        _("Do not take someone else's prescription, please. If too much was taken, call 103."),
    )
    return text, [[Press(_("Book"), "bk:start"), Press(MENU["questions"], "q:ask")]]


def out_of_scope() -> Text:
    return _("I only know about health. Ask me about food, movement, vaccinations, checks, or choose below.")


MEANINGS: Mapping[str, Text] = {
    "greet": _("Say hello"),
    "help": _("What can you do?"),
    "change_language": _("Change the language"),
    "ask_doctor": _("Ask a health worker"),
    "book_appointment": _("Book a visit"),
    "reschedule_appointment": _("Move a visit"),
    "cancel_appointment": _("Cancel a visit"),
    "my_appointments": _("My visits"),
    "clinic_info": _("Clinic's address"),
    "view_passport": _("My passport"),
    "view_vaccinations": _("Vaccinations"),
    "view_screenings": _("My checks"),
    "log_measurement": _("Keep a reading"),
    "risk_check": _("Check my risk"),
    "reminder_settings": _("Reminder settings"),
    "reminder_done": _("It is done"),
    "add_family_member": _("Add a child"),
    "manage_data": _("My data"),
    "emergency": _("It is urgent"),
    "symptom": _("I feel unwell"),
    "medication_question": _("About a medicine"),
}


def did_you_mean(intents: tuple[str, ...], titles: Mapping[str, str]) -> tuple[Text, Rows]:
    """First miss: the likeliest meanings as buttons."""
    rows = []
    for intent in intents:
        title = titles.get(intent.removeprefix("advice_"))
        label = verbatim(title) if intent.startswith("advice_") and title else MEANINGS.get(intent)
        if label:
            rows.append([Press(label, f"adv:mean:{intent}")])
    return _("Did I understand you right?"), [*rows, [Press(_("Something else"), "adv:mean:none")]]


def not_understood() -> tuple[Text, Rows]:
    """Second miss in a row: the menu, or a human."""
    text = _("I did not understand this. Choose in the menu, or I will pass the question to a health worker.")
    return text, [[Press(MENU["questions"], "q:ask")]]
