"""Pages where staff do real work, one noun a file; they ask services and never the database."""

from admin.routes import appointments, articles, home, people, questions, reminders, staff

__all__ = ["appointments", "articles", "home", "people", "questions", "reminders", "staff"]
