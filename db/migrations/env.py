"""Alembic's entry: runs the migrations on the address given by `db.migrate`, or DATABASE_URL."""

import os

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.types import TypeDecorator

from db import Base
from db.engine import async_url

url = context.config.get_main_option("sqlalchemy.url") or os.environ["DATABASE_URL"]


def plain_type(kind, item, _context):
    """An encrypted column is bytes to PostgreSQL."""
    return "sa.LargeBinary()" if kind == "type" and isinstance(item, TypeDecorator) else False


engine = create_engine(async_url(url))
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        render_item=plain_type,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()
engine.dispose()
