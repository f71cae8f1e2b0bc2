"""recall permissions: who let a frozen record be recalled, and why; a permission never changes"""

from alembic import op
import sqlalchemy as sa

revision = '3b7f0d92ae64'
down_revision = 'c4a8e1b6d520'
branch_labels = None
depends_on = None

# Content is fixed once accepted; the freeze and a permission to recall are all that may come later, each once.
STORE_CONTENT = """
CREATE OR REPLACE FUNCTION refuse_change_of_store_content() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE later text[] := '{state,frozen_at,recall_allowed_at,recall_allowed_by,recall_reason_id}';
BEGIN
  IF TG_OP = 'DELETE'
     OR (to_jsonb(NEW) - later) IS DISTINCT FROM (to_jsonb(OLD) - later)
     OR (OLD.state = 'frozen' AND (NEW.state, NEW.frozen_at) IS DISTINCT FROM (OLD.state, OLD.frozen_at))
     OR (OLD.recall_allowed_at IS NOT NULL
         AND (NEW.recall_allowed_at, NEW.recall_allowed_by, NEW.recall_reason_id)
             IS DISTINCT FROM (OLD.recall_allowed_at, OLD.recall_allowed_by, OLD.recall_reason_id)) THEN
    RAISE EXCEPTION '% keeps what it accepted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
BEFORE = """
CREATE OR REPLACE FUNCTION refuse_change_of_store_content() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE'
     OR (to_jsonb(NEW) - 'state' - 'frozen_at' - 'recall_allowed_at')
        IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'frozen_at' - 'recall_allowed_at')
     OR (OLD.state = 'frozen' AND (NEW.state, NEW.frozen_at) IS DISTINCT FROM (OLD.state, OLD.frozen_at)) THEN
    RAISE EXCEPTION '% keeps what it accepted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$
"""
# Permissions given before have neither who nor why.
IN_FULL = (
    "num_nonnulls(recall_allowed_by, recall_reason_id) = 0"
    " OR num_nonnulls(recall_allowed_at, recall_allowed_by, recall_reason_id) = 3"
)


def upgrade() -> None:
    op.add_column('store_records', sa.Column('recall_allowed_by', sa.Uuid(), nullable=True))
    op.add_column('store_records', sa.Column('recall_reason_id', sa.Uuid(), nullable=True))
    op.create_foreign_key(op.f('fk_store_records_recall_allowed_by'), 'store_records', 'staff', ['recall_allowed_by'], ['id'])
    op.create_foreign_key(op.f('fk_store_records_recall_reason_id'), 'store_records', 'reasons', ['recall_reason_id'], ['id'])
    op.create_check_constraint(op.f('ck_store_records_recall_with_reason'), 'store_records', IN_FULL)
    op.execute(STORE_CONTENT)


def downgrade() -> None:
    op.execute(BEFORE)
    op.drop_constraint(op.f('ck_store_records_recall_with_reason'), 'store_records', type_='check')
    op.drop_column('store_records', 'recall_reason_id')
    op.drop_column('store_records', 'recall_allowed_by')
