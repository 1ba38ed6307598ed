"""holds and trials"""

from alembic import op
import sqlalchemy as sa

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        'clinic_holds',
        sa.Column('clinic_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('held_at', MOMENT, nullable=False),
        sa.Column('held_by_id', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['clinic_id'], ['clinics.id'], name='fk_clinic_holds_clinic_id', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['held_by_id'], ['staff_members.id'], name='fk_clinic_holds_held_by_id'),
        sa.PrimaryKeyConstraint('clinic_id', name='pk_clinic_holds'),
    )
    op.create_table(
        'trials',
        sa.Column('id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('on_at', MOMENT, nullable=True),
        sa.Column('changed_by_id', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['changed_by_id'], ['staff_members.id'], name='fk_trials_changed_by_id'),
        sa.PrimaryKeyConstraint('id', name='pk_trials'),
    )
    op.create_table(
        'trial_members',
        sa.Column('person_id', sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column('added_at', MOMENT, nullable=False),
        sa.Column('added_by_id', sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['people.id'], name='fk_trial_members_person_id', ondelete='CASCADE'),
        sa.ForeignKeyConstraint(['added_by_id'], ['staff_members.id'], name='fk_trial_members_added_by_id'),
        sa.PrimaryKeyConstraint('person_id', name='pk_trial_members'),
    )
    op.add_column('reminders', sa.Column('held_at', MOMENT, nullable=True))
    op.add_column('reminders', sa.Column('held_by_id', sa.BigInteger(), nullable=True))
    op.create_foreign_key('fk_reminders_held_by_id', 'reminders', 'staff_members', ['held_by_id'], ['id'])
    op.add_column('occurrences', sa.Column('urged_at', MOMENT, nullable=True))
    op.add_column('occurrences', sa.Column('any_hour_until', MOMENT, nullable=True))
    # block ranges: next to nothing to keep up while thousands of due moments are planned
    op.create_index('ix_occurrences_moment_at', 'occurrences', ['moment_at'], postgresql_using='brin')


def downgrade() -> None:
    op.drop_index('ix_occurrences_moment_at', table_name='occurrences', postgresql_using='brin')
    op.drop_column('occurrences', 'any_hour_until')
    op.drop_column('occurrences', 'urged_at')
    op.drop_constraint('fk_reminders_held_by_id', 'reminders', type_='foreignkey')
    op.drop_column('reminders', 'held_by_id')
    op.drop_column('reminders', 'held_at')
    op.drop_table('trial_members')
    op.drop_table('trials')
    op.drop_table('clinic_holds')
