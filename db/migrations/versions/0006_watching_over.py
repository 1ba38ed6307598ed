"""watching over"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('heartbeats',
    sa.Column('process', sa.Enum('bot', 'reminders', 'admin', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('instance', sa.Text(), nullable=False),
    sa.Column('beat_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.PrimaryKeyConstraint('process', 'instance', name=op.f('pk_heartbeats'))
    )
    op.create_table('sms_counts',
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('taken', sa.BigInteger(), nullable=False),
    sa.Column('errors', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('provider', 'at', name=op.f('pk_sms_counts'))
    )
    op.create_table('sms_providers',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('weight', sa.BigInteger(), nullable=False),
    sa.Column('resting', sa.BigInteger(), nullable=False),
    sa.Column('recent', sa.BigInteger(), nullable=False),
    sa.Column('slow', sa.BigInteger(), nullable=False),
    sa.Column('stepped_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('bad_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('balance', sa.Numeric(), nullable=True),
    sa.Column('currency', sa.Text(), nullable=True),
    sa.Column('balance_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('days_left', sa.Double(), nullable=True),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_sms_providers'))
    )
    op.create_table('alarms',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Enum('late', 'no_worker', 'no_bot', 'sms_down', 'low_balance', 'not_approved', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cleared_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('acknowledged_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['acknowledged_by_id'], ['staff_members.id'], name=op.f('fk_alarms_acknowledged_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarms'))
    )
    op.create_index('ix_alarms_raised_at', 'alarms', ['raised_at'], unique=False)
    op.create_index('uq_alarms_open', 'alarms', ['kind'], unique=True, postgresql_where='cleared_at IS NULL')
    op.create_table('sms_approvals',
    sa.Column('provider', sa.Text(), nullable=False),
    sa.Column('fingerprint', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'approved', 'refused', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['changed_by_id'], ['staff_members.id'], name=op.f('fk_sms_approvals_changed_by_id'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('provider', 'fingerprint', name=op.f('pk_sms_approvals'))
    )


def downgrade() -> None:
    op.drop_table('sms_approvals')
    op.drop_index('uq_alarms_open', table_name='alarms', postgresql_where='cleared_at IS NULL')
    op.drop_index('ix_alarms_raised_at', table_name='alarms')
    op.drop_table('alarms')
    op.drop_table('sms_providers')
    op.drop_table('sms_counts')
    op.drop_table('heartbeats')
