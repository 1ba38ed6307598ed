"""results in error"""

from alembic import op
import sqlalchemy as sa

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    status = sa.Enum('completed', 'entered_in_error', native_enum=False, create_constraint=True, length=24)
    op.add_column('screening_results', sa.Column('status', status, nullable=False, server_default='completed'))
    op.alter_column('screening_results', 'status', server_default=None)
    op.drop_constraint('uq_screening_results_person_id_screening_done_on', 'screening_results', type_='unique')
    op.create_index('uq_screening_results_check', 'screening_results', ['person_id', 'screening', 'done_on'], unique=True, postgresql_where="status = 'completed'")


def downgrade() -> None:
    op.drop_index('uq_screening_results_check', table_name='screening_results', postgresql_where="status = 'completed'")
    op.execute("DELETE FROM screening_results WHERE status <> 'completed'")
    op.create_unique_constraint('uq_screening_results_person_id_screening_done_on', 'screening_results', ['person_id', 'screening', 'done_on'])
    op.drop_column('screening_results', 'status')
