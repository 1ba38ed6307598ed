"""Lists of starlette-admin over our tables: they only read. What changes anything is a page under routes/."""

from admin.tables import appointments, audit, people, reminders, staff

__all__ = ["appointments", "audit", "people", "reminders", "staff"]
