"""live updates: what pages show tells on channel hocba that it changed, by statement and without personal data"""

from alembic import op

revision = 'c7d10a95be21'
down_revision = 'a3d5f07b91ce'
branch_labels = None
depends_on = None

# PostgreSQL itself tells the same message of one transaction once. A statement that touches many class-terms or people
# tells their school, not each of them.
TELL = """
CREATE FUNCTION tell_class_terms(topic text, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(ids) > 20 THEN
    PERFORM pg_notify('hocba', json_build_object('school', school_id, 'topic', topic)::text)
    FROM (SELECT DISTINCT g.school_id FROM class_terms t JOIN class_groups g ON g.id = t.class_id WHERE t.id = ANY(ids)) s;
  ELSE
    PERFORM pg_notify('hocba', json_build_object(
      'school', g.school_id, 'topic', topic, 'class', g.id, 'class_term', t.id)::text)
    FROM class_terms t JOIN class_groups g ON g.id = t.class_id WHERE t.id = ANY(ids);
  END IF;
END $$;

CREATE FUNCTION tell_staff(topic text, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF cardinality(ids) > 20 THEN
    PERFORM pg_notify('hocba', json_build_object('school', school_id, 'topic', topic)::text)
    FROM (SELECT DISTINCT school_id FROM staff WHERE id = ANY(ids)) s;
  ELSE
    PERFORM pg_notify('hocba', json_build_object('school', school_id, 'topic', topic, 'staff', id)::text)
    FROM staff WHERE id = ANY(ids);
  END IF;
END $$;

CREATE FUNCTION tell_schools(topic text, ids uuid[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hocba', json_build_object('school', id, 'topic', topic)::text) FROM unnest(ids) AS id;
END $$;

CREATE FUNCTION class_terms_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids uuid[];
BEGIN
  SELECT array_agg(DISTINCT id) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM tell_class_terms(TG_ARGV[0], ids); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION records_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE records uuid[]; ids uuid[];
BEGIN
  SELECT array_agg(DISTINCT record_id) INTO records FROM changed;
  IF records IS NULL THEN RETURN NULL; END IF;
  SELECT array_agg(DISTINCT class_term_id) INTO ids FROM term_records WHERE id = ANY(records);
  IF ids IS NOT NULL THEN PERFORM tell_class_terms(TG_ARGV[0], ids); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION classes_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE classes uuid[]; ids uuid[];
BEGIN
  SELECT array_agg(DISTINCT class_id) INTO classes FROM changed;
  IF classes IS NULL THEN RETURN NULL; END IF;
  SELECT array_agg(DISTINCT school_id) INTO ids FROM class_groups WHERE id = ANY(classes);
  IF ids IS NOT NULL THEN PERFORM tell_schools(TG_ARGV[0], ids); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION schools_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids uuid[];
BEGIN
  SELECT array_agg(DISTINCT school_id) FILTER (WHERE school_id IS NOT NULL) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM tell_schools(TG_ARGV[0], ids); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION staff_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE ids uuid[];
BEGIN
  SELECT array_agg(DISTINCT staff_id) FILTER (WHERE staff_id IS NOT NULL) INTO ids FROM changed;
  IF ids IS NOT NULL THEN PERFORM tell_staff(TG_ARGV[0], ids); END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION orders_changed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE orders uuid[]; ids uuid[];
BEGIN
  SELECT array_agg(DISTINCT order_id) INTO orders FROM changed;
  IF orders IS NULL THEN RETURN NULL; END IF;
  SELECT array_agg(DISTINCT staff_id) INTO ids FROM signing_orders WHERE id = ANY(orders);
  IF ids IS NOT NULL THEN PERFORM tell_staff(TG_ARGV[0], ids); END IF;
  RETURN NULL;
END $$;
"""

# Each decision changes its class-term, so what follows from it (records, slots, papers, commands) needs no trigger.
WATCHED = (
    ('class_terms', 'class_terms_changed', 'board'),
    ('promotion_decisions', 'records_changed', 'board'),
    ('assessments', 'records_changed', 'entry'),
    ('pupil_terms', 'records_changed', 'entry'),
    ('signing_orders', 'staff_changed', 'orders'),
    ('order_items', 'orders_changed', 'orders'),
    ('notices', 'staff_changed', 'notices'),
    ('teaching_assignments', 'classes_changed', 'people'),
    ('positions', 'schools_changed', 'people'),
    ('enrolments', 'classes_changed', 'roster'),
    ('certificates', 'staff_changed', 'certificates'),
    ('certificates', 'schools_changed', 'certificates'),
)  # fmt: skip
NAMES = {'INSERT': 'NEW', 'UPDATE': 'NEW', 'DELETE': 'OLD'}


def upgrade() -> None:
    op.execute(TELL)
    for table, function, topic in WATCHED:
        for event, rows in NAMES.items():
            op.execute(
                f'CREATE TRIGGER live_{function}_{event.lower()} AFTER {event} ON {table}'
                f" REFERENCING {rows} TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION {function}('{topic}')"
            )


def downgrade() -> None:
    for table, function, _ in WATCHED:
        for event in NAMES:
            op.execute(f'DROP TRIGGER live_{function}_{event.lower()} ON {table}')
    shapes = sorted({function for _, function, _ in WATCHED})
    op.execute('DROP FUNCTION ' + ', '.join(f'{name}()' for name in shapes))
    op.execute('DROP FUNCTION ' + ', '.join(f'tell_{each}(text, uuid[])' for each in ('class_terms', 'staff', 'schools')))
