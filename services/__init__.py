"""What Salomat can do: one function is one transaction, no network."""

from db.engine import Database

__all__ = ["Database"]
