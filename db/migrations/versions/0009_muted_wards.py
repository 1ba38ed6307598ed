"""muted wards"""

from alembic import op
import sqlalchemy as sa

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('kinships', sa.Column('muted_at', sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('kinships', 'muted_at')
