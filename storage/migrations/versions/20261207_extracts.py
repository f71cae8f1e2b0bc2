"""extracts: past years copied from paper, pupils from abroad, what who comes from outside has learned"""

from alembic import op
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = 'd1f7a0c35b82'
down_revision = 'c4e81d7b2a96'
branch_labels = None
depends_on = None

PAPERS = ('subject_sheet', 'class_summary', 'year_record', 'identity_page', 'transfer_result', 'handover_minutes')
MATTERS = ('transfer', 'handover', 'unlock', 'recall', 'identity')
COPIED = 'past years copied from paper, each as domain.transfers.extracts has it'


def _kinds(papers, matters):
    for table, kinds in (('documents', papers), ('order_items', papers), ('matters', matters)):
        name = op.f(f'ck_{table}_kind_known')
        op.drop_constraint(name, table, type_='check')
        op.create_check_constraint(name, table, 'kind IN ({})'.format(', '.join(f"'{each}'" for each in kinds)))


def upgrade() -> None:
    op.create_table('extracts',
    sa.Column('matter_id', sa.Uuid(), nullable=False),
    sa.Column('transfer_id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('files', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='what, issuer, sha256, media, added_by of each'),
    sa.Column('years', postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment='past years, each with who entered it'),
    sa.Column('submitted_by', sa.Uuid(), nullable=True),
    sa.Column('checked_by', sa.Uuid(), nullable=True),
    sa.Column('former_document', sa.Uuid(), nullable=True),
    sa.Column('new_document', sa.Uuid(), nullable=True),
    sa.CheckConstraint("state IN ('draft', 'checking', 'signing', 'settled', 'withdrawn')", name=op.f('ck_extracts_state_known')),
    sa.CheckConstraint("state NOT IN ('signing', 'settled') OR checked_by <> submitted_by", name=op.f('ck_extracts_two_people')),
    sa.ForeignKeyConstraint(['matter_id'], ['matters.id'], name=op.f('fk_extracts_matter_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfers.matter_id'], name=op.f('fk_extracts_transfer_id')),
    sa.ForeignKeyConstraint(['submitted_by'], ['staff.id'], name=op.f('fk_extracts_submitted_by')),
    sa.ForeignKeyConstraint(['checked_by'], ['staff.id'], name=op.f('fk_extracts_checked_by')),
    sa.ForeignKeyConstraint(['former_document'], ['documents.id'], name=op.f('fk_extracts_former_document')),
    sa.ForeignKeyConstraint(['new_document'], ['documents.id'], name=op.f('fk_extracts_new_document')),
    sa.PrimaryKeyConstraint('matter_id', name=op.f('pk_extracts'))
    )
    op.create_index(op.f('ix_extracts_transfer_id'), 'extracts', ['transfer_id'], unique=False)
    op.create_index('uq_extracts_open', 'extracts', ['transfer_id'], unique=True, postgresql_where=sa.text("state IN ('draft', 'checking', 'signing')"))
    op.add_column('transfers', sa.Column('other_country', sa.String(), server_default='', nullable=False, comment='of a school abroad'))
    op.add_column('transfers', sa.Column('learned', postgresql.JSONB(astext_type=sa.Text()), server_default='{}', nullable=False, comment='of who comes from outside to grades 10-12: codes of optional, topics'))
    op.drop_column('transfers', 'extracts')
    _kinds((*PAPERS, 'paper_extract'), (*MATTERS, 'extract'))


def downgrade() -> None:
    _kinds(PAPERS, MATTERS)
    op.add_column('transfers', sa.Column('extracts', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False, comment=COPIED))
    for column in ('learned', 'other_country'):
        op.drop_column('transfers', column)
    op.drop_table('extracts')
