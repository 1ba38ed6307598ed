"""lean recommendations"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # the rule's id says where its version, source and standing are read; in millions of rows they were most of the bytes
    op.drop_column('recommendations', 'reason')
    op.execute("DELETE FROM recommendations WHERE status = 'not_for_person' AND next_on IS NULL")


def downgrade() -> None:
    op.add_column('recommendations', sa.Column('reason', JSONB(), nullable=False, server_default='{}'))
    op.alter_column('recommendations', 'reason', server_default=None)
