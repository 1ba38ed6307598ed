"""campaigns"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _one_of(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        'campaigns',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('state', _one_of('draft', 'waiting', 'approved', 'running', 'paused', 'stopped', 'done'), nullable=False),
        sa.Column('audience', postgresql.JSONB(), nullable=False),
        sa.Column('split', sa.Boolean(), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.Column('writers', sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('changed_at', MOMENT, nullable=False),
        sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
        sa.Column('approved_at', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.Column('reached_id', sa.BigInteger(), nullable=False),
        sa.Column('filled_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['approved_by_id'], ['staff_members.id'], name='fk_campaigns_approved_by_id', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name='pk_campaigns'),
    )
    op.create_table(
        'campaign_texts',
        sa.Column('campaign_id', sa.BigInteger(), nullable=False),
        sa.Column('variant', _one_of('a', 'b'), nullable=False),
        sa.Column('language', _one_of('uz', 'ru'), nullable=False),
        sa.Column('text', sa.Text(), nullable=False),
        sa.Column('sms', sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(['campaign_id'], ['campaigns.id'], name='fk_campaign_texts_campaign_id', ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('campaign_id', 'variant', 'language', name='pk_campaign_texts'),
    )
    op.add_column('people', sa.Column('campaigns_refused_at', MOMENT, nullable=True))
    op.drop_constraint('ck_reminders_kind', 'reminders', type_='check')
    op.create_check_constraint('ck_reminders_kind', 'reminders', "kind IN ('vaccination', 'screening', 'appointment', 'campaign')")
    op.create_index('ix_reminders_campaign', 'reminders', ['item'], postgresql_where="kind = 'campaign'")
    # block ranges: next to nothing to keep up while messages go out, and enough to find those of a month
    op.create_index('ix_deliveries_sent_at', 'deliveries', ['sent_at'], postgresql_using='brin')


def downgrade() -> None:
    op.drop_index('ix_deliveries_sent_at', table_name='deliveries', postgresql_using='brin')
    op.drop_index('ix_reminders_campaign', table_name='reminders', postgresql_where="kind = 'campaign'")
    op.execute("DELETE FROM reminders WHERE kind = 'campaign'")
    op.drop_constraint('ck_reminders_kind', 'reminders', type_='check')
    op.create_check_constraint('ck_reminders_kind', 'reminders', "kind IN ('vaccination', 'screening', 'appointment')")
    op.drop_column('people', 'campaigns_refused_at')
    op.drop_table('campaign_texts')
    op.drop_table('campaigns')
