"""due moments grouped"""

from alembic import op
import sqlalchemy as sa
revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    # a provider may number its messages anew (Telegram counts per chat): an index to find by, not a constraint
    op.drop_index('uq_deliveries_provider', table_name='deliveries', postgresql_where='provider_id IS NOT NULL')
    op.create_index('ix_deliveries_provider', 'deliveries', ['provider', 'provider_id'], postgresql_where='provider_id IS NOT NULL')
    op.add_column('deliveries', sa.Column('capped', sa.Boolean(), nullable=False))
    op.create_index('ix_deliveries_unknown', 'deliveries', ['created_at'], unique=False, postgresql_where="state = 'unknown'")
    op.add_column('occurrences', sa.Column('person_id', sa.BigInteger(), nullable=False))
    op.add_column('occurrences', sa.Column('lead_id', sa.BigInteger(), nullable=True))
    op.create_index('ix_occurrences_lead_id', 'occurrences', ['lead_id'], unique=False)
    op.create_index('ix_occurrences_person_id', 'occurrences', ['person_id'], unique=False)
    op.create_foreign_key(op.f('fk_occurrences_person_id'), 'occurrences', 'people', ['person_id'], ['id'], ondelete='CASCADE')
    op.create_foreign_key(op.f('fk_occurrences_lead_id'), 'occurrences', 'occurrences', ['lead_id'], ['id'], ondelete='SET NULL')
    op.add_column('reminders', sa.Column('missed_at', sa.DateTime(timezone=True), nullable=True))
    op.alter_column('reminders', 'created_at', new_column_name='promised_at')
    op.add_column('reminders', sa.Column('next_step', sa.Text(), nullable=True))
    op.add_column('reminders', sa.Column('next_at', sa.DateTime(timezone=True), nullable=True))
    op.create_index('ix_reminders_next_at', 'reminders', ['next_at'], unique=False, postgresql_where='next_at IS NOT NULL')


def downgrade() -> None:
    op.drop_index('ix_deliveries_provider', table_name='deliveries', postgresql_where='provider_id IS NOT NULL')
    op.create_index('uq_deliveries_provider', 'deliveries', ['provider', 'provider_id'], unique=True, postgresql_where='provider_id IS NOT NULL')
    op.drop_index('ix_reminders_next_at', table_name='reminders', postgresql_where='next_at IS NOT NULL')
    op.drop_column('reminders', 'next_at')
    op.drop_column('reminders', 'next_step')
    op.alter_column('reminders', 'promised_at', new_column_name='created_at')
    op.drop_column('reminders', 'missed_at')
    op.drop_constraint(op.f('fk_occurrences_lead_id'), 'occurrences', type_='foreignkey')
    op.drop_constraint(op.f('fk_occurrences_person_id'), 'occurrences', type_='foreignkey')
    op.drop_index('ix_occurrences_person_id', table_name='occurrences')
    op.drop_index('ix_occurrences_lead_id', table_name='occurrences')
    op.drop_column('occurrences', 'lead_id')
    op.drop_column('occurrences', 'person_id')
    op.drop_index('ix_deliveries_unknown', table_name='deliveries', postgresql_where="state = 'unknown'")
    op.drop_column('deliveries', 'capped')
