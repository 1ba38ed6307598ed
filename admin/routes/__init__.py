"""Pages where staff do real work, one noun a file; they ask services and never the database."""

from admin.routes import (
    alarms,
    appointments,
    articles,
    calendar,
    doses,
    home,
    not_given,
    people,
    questions,
    reminders,
    results,
    sms_templates,
    reminders_ahead,
    staff,
)

    trial,
__all__ = [
    "alarms",
    "appointments",
    "articles",
    "calendar",
    "doses",
    "home",
    "not_given",
    "people",
    "questions",
    "reminders",
    "results",
    "sms_templates",
    "staff",
]
    "reminders_ahead",
    "trial",
