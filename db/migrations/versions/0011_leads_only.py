"""leads only"""

from alembic import op
import sqlalchemy as sa

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A moment that is planned follows nobody yet: twenty thousand a day need no entry for that.
    op.drop_index('ix_occurrences_lead_id', table_name='occurrences')
    op.create_index(
        'ix_occurrences_lead_id', 'occurrences', ['lead_id'], postgresql_where=sa.text('lead_id IS NOT NULL')
    )


def downgrade() -> None:
    op.drop_index('ix_occurrences_lead_id', table_name='occurrences')
    op.create_index('ix_occurrences_lead_id', 'occurrences', ['lead_id'])
