"""experiments: a second inviting sentence for half of the people, and which text a delivery had"""

from alembic import op
import sqlalchemy as sa

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def _one_of(*values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, length=24)


def upgrade() -> None:
    op.create_table(
        'experiments',
        sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column('title', sa.Text(), nullable=False),
        sa.Column('kind', _one_of('vaccination', 'screening'), nullable=False),
        sa.Column('text_uz', sa.Text(), nullable=False),
        sa.Column('text_ru', sa.Text(), nullable=False),
        sa.Column('state', _one_of('draft', 'waiting', 'approved', 'running', 'ended'), nullable=False),
        sa.Column('version', sa.BigInteger(), nullable=False),
        sa.Column('writers', sa.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column('created_at', MOMENT, nullable=False),
        sa.Column('changed_at', MOMENT, nullable=False),
        sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
        sa.Column('approved_at', MOMENT, nullable=True),
        sa.Column('started_at', MOMENT, nullable=True),
        sa.Column('ended_at', MOMENT, nullable=True),
        sa.ForeignKeyConstraint(['approved_by_id'], ['staff_members.id'], name='fk_experiments_approved_by_id', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name='pk_experiments'),
    )
    op.create_index('uq_experiments_running', 'experiments', ['kind'], unique=True, postgresql_where="state = 'running'")
    op.add_column('deliveries', sa.Column('experiment_id', sa.BigInteger(), nullable=True))
    op.add_column('deliveries', sa.Column('variant', sa.String(length=24), nullable=True))
    op.create_check_constraint('ck_deliveries_variant', 'deliveries', "variant IN ('a', 'b')")


def downgrade() -> None:
    op.drop_constraint('ck_deliveries_variant', 'deliveries', type_='check')
    op.drop_column('deliveries', 'variant')
    op.drop_column('deliveries', 'experiment_id')
    op.drop_index('uq_experiments_running', table_name='experiments', postgresql_where="state = 'running'")
    op.drop_table('experiments')
