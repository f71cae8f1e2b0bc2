"""The statements that write a city (`bench.parts.city`): sets of rows at once, from numbers and `random()`."""

import json
from collections.abc import Sequence
from typing import Final


def as_json(phases: Sequence[dict[str, object]]) -> str:
    return json.dumps(phases, ensure_ascii=False)


PEOPLE: Final = (
    """CREATE FUNCTION pg_temp.drawn_name() RETURNS text LANGUAGE sql VOLATILE AS $$
       SELECT (ARRAY['Nguyễn', 'Trần', 'Lê', 'Phạm', 'Huỳnh', 'Phan', 'Vũ', 'Võ', 'Đặng', 'Bùi'])
                     [1 + floor(random() * 10)::int]
              || ' ' || (ARRAY['Thị Minh', 'Văn', 'Ngọc', 'Thị Thu', 'Hoàng', 'Quốc', 'Thị Kim', 'Thanh'])
                        [1 + floor(random() * 8)::int]
              || ' ' || (ARRAY['An', 'Bình', 'Châu', 'Dung', 'Giang', 'Hà', 'Hạnh', 'Khoa', 'Lan', 'Linh'])
                        [1 + floor(random() * 10)::int] $$""",
    """INSERT INTO school_years (code, starts_on, ends_on)
       VALUES (:year, make_date(left(:year, 4)::int, 9, 1), make_date(right(:year, 4)::int, 8, 31))
       ON CONFLICT DO NOTHING""",
    # How well each school does is drawn once, and everything after it follows.
    """CREATE TEMPORARY TABLE drawn_schools ON COMMIT DROP AS
       SELECT n, gen_random_uuid() AS id, power(random(), 0.45) AS zeal, 1.0 + 2.0 * random() AS bend,
              1 + (n - 1) % cardinality(:wards) AS ward, random() AS luck
       FROM generate_series(1, :schools) n""",
    """INSERT INTO schools (id, code, name, commune, province)
       SELECT id, '79' || lpad(n::text, 6, '0'), 'Trường Tiểu học Mẫu số ' || n,
              'Phường Mẫu ' || ward, 'Thành phố Hồ Chí Minh' FROM drawn_schools""",
    """INSERT INTO school_authorities (id, school_id, authority_id, valid_from, valid_to)
       SELECT gen_random_uuid(), id, (:wards)[ward], :reform, NULL FROM drawn_schools""",
    """INSERT INTO school_authorities (id, school_id, authority_id, valid_from, valid_to)
       SELECT gen_random_uuid(), id, (:districts)[1 + ward % cardinality(:districts)],
              DATE '2020-01-01', :reform FROM drawn_schools""",
    """INSERT INTO staff (id, school_id, full_name, personal_id)
        SELECT gen_random_uuid(), id, pg_temp.drawn_name(), '0791' || lpad((n * 100 + k)::text, 8, '0')
        FROM drawn_schools, generate_series(1, 3) k""",
    """INSERT INTO positions (id, school_id, staff_id, role, title, valid_from)
       SELECT gen_random_uuid(), school_id, id, role, title, :since
       FROM staff JOIN (VALUES ('1', 'principal', 'Hiệu trưởng'), ('2', 'seal_clerk', 'Văn thư'),
                               ('3', 'system_admin', 'Quản trị hệ thống')) AS offices (serial, role, title)
         ON right(personal_id, 1) = serial WHERE school_id IS NOT NULL""",
    """CREATE TEMPORARY TABLE drawn_classes ON COMMIT DROP AS
       SELECT gen_random_uuid() AS id, s.id AS school_id, s.n, s.zeal, k, gen_random_uuid() AS homeroom,
              gen_random_uuid() AS music, random() AS luck, row_number() OVER (ORDER BY s.n, k) AS serial
       FROM drawn_schools s,
            generate_series(1, :classes / :schools + CASE WHEN s.n <= :classes % :schools THEN 1 ELSE 0 END) k""",
    """INSERT INTO class_groups (id, school_id, school_year, grade, name, circular)
       SELECT id, school_id, :year, :grade, :grade || 'A' || k, '27/2020/TT-BGDĐT' FROM drawn_classes""",
    """INSERT INTO staff (id, school_id, full_name, personal_id)
        SELECT homeroom, school_id, pg_temp.drawn_name(), '0792' || lpad((serial * 10)::text, 8, '0') FROM drawn_classes
        UNION ALL
        SELECT music, school_id, pg_temp.drawn_name(), '0792' || lpad((serial * 10 + 1)::text, 8, '0')
        FROM drawn_classes""",
    """INSERT INTO teaching_assignments (id, class_id, slot, staff_id, valid_from)
       SELECT gen_random_uuid(), id, slot, CASE WHEN slot = 'am_nhac' THEN music ELSE homeroom END, :since
       FROM drawn_classes, unnest(:slots) slot""",
    """INSERT INTO pupils (id, pupil_code, personal_id, full_name, birth_date, sex, ethnicity, nationality,
                            place_of_birth)
        SELECT gen_random_uuid(), '79' || lpad(n::text, 8, '0'), '', pg_temp.drawn_name(),
               date '2019-01-01' + (n % 365),
               CASE WHEN n % 2 = 0 THEN 'Nam' ELSE 'Nữ' END, 'Kinh', 'Việt Nam', 'Thành phố Hồ Chí Minh'
        FROM generate_series(1, :pupils) n""",
    """INSERT INTO enrolments (id, class_id, pupil_id, school_year, order_no, record_uid, joined_on)
       SELECT gen_random_uuid(), c.id, p.id, :year, 1 + p.n / :classes, gen_random_uuid(), :reform
       FROM (SELECT id, row_number() OVER (ORDER BY pupil_code) - 1 AS n FROM pupils) p
       JOIN drawn_classes c ON c.serial = 1 + p.n % :classes""",
)
CAMPAIGN: Final = (
    """INSERT INTO policies (id, code, name, authority_id)
       VALUES (:policy, 'office/' || :policy, 'Kế hoạch mẫu của thành phố', :department)""",
    """INSERT INTO policy_versions (policy_id, version, phases, source)
       VALUES (:policy, 1, :phases, 'Số liệu mẫu')""",
    """INSERT INTO campaigns (id, school_year, grade, authority_id, policy_id, policy_version, base_version)
       VALUES (:campaign, :year, :grade, :department, :policy, 1, nextval('deadline_versions'))""",
    """INSERT INTO campaign_schools (campaign_id, school_id, joined_at, confirmed_at, trained_on, gaps, gaps_at)
       SELECT :campaign, id, :since, CASE WHEN zeal > 0.35 THEN :at - interval '15 days' END,
              CASE WHEN zeal > 0.2 THEN :today - 9 END,
              CASE WHEN zeal > 0.35 THEN '{}' ELSE jsonb_build_object('no_personal_id', 1 + floor(luck * 9)::int,
                   'unassigned', floor(luck * 3)::int, 'not_connected', 1) END, :at
       FROM drawn_schools""",
)
SEASON: Final = (
    """CREATE TEMPORARY TABLE drawn_terms ON COMMIT DROP AS
       SELECT gen_random_uuid() AS id, c.id AS class_id, c.school_id, term,
              CASE WHEN term = 'hk1' THEN CASE WHEN c.zeal + c.luck > 0.12 THEN 'issued' ELSE 'approved' END
                   ELSE (ARRAY['entry', 'submitted', 'reviewed', 'subject_signed', 'homeroom_signed', 'approved',
                               'issued', 'issued', 'issued', 'issued'])
                        [least(10, 1 + floor(11 * (0.75 * c.zeal + 0.25 * c.luck))::int)] END AS stage
       FROM drawn_classes c, unnest(ARRAY['hk1', 'year_end']) term""",
    """INSERT INTO class_terms (id, class_id, term, due_at, stage, created_at, changed_at)
       SELECT id, class_id, term, :at + interval '14 days', stage, :since, :at - random() * interval '20 days'
       FROM drawn_terms""",
    """INSERT INTO term_records (id, class_term_id, enrolment_id, stage, issued_at, in_summer)
       SELECT gen_random_uuid(), t.id, e.id, t.stage, CASE WHEN t.stage = 'issued' THEN :at - interval '3 days' END,
              t.term = 'year_end' AND random() < 0.03
       FROM drawn_terms t JOIN enrolments e ON e.class_id = t.class_id""",
    # Slots of the books that somebody still works at: what is signed is no longer asked for by slot.
    """INSERT INTO record_slots (record_id, slot, state, content_sha256, is_signed)
       SELECT r.id, slot, CASE WHEN is_open THEN 'open' ELSE 'submitted' END,
              CASE WHEN NOT is_open THEN repeat('0', 64) END, false
       FROM drawn_terms t JOIN term_records r ON r.class_term_id = t.id
       CROSS JOIN LATERAL (SELECT slot, t.stage = 'entry' AND hashtext(t.id::text || slot) % 2 = 0 AS is_open
                           FROM unnest(:slots) slot) each
       WHERE t.stage IN ('entry', 'submitted', 'reviewed')""",
    """INSERT INTO class_progress (class_term_id, cohort, school_id, school_year, grade, term, pupils, submitted,
                                   reviewed, signed, approved, issued, accepted)
       SELECT t.id, cohort, t.school_id, :year, :grade, t.term, pupils, pupils * (place > 1)::int,
              pupils * (place > 2)::int, pupils * (place > 4)::int, pupils * (place > 5)::int,
              pupils * (place > 6)::int, pupils * (place > 6 AND t.luck < 0.6)::int
       FROM (SELECT d.*, random() AS luck, array_position(ARRAY['entry', 'submitted', 'reviewed', 'subject_signed',
                    'homeroom_signed', 'approved', 'issued'], d.stage) AS place FROM drawn_terms d) t
       JOIN (SELECT class_term_id, CASE WHEN in_summer THEN 'supplementary' ELSE 'completed' END AS cohort,
                    count(*)::int AS pupils FROM term_records GROUP BY 1, 2) r ON r.class_term_id = t.id""",
)
PHASE: Final = """
    INSERT INTO campaign_phases (campaign_id, school_id, step, cohort, due_at, version, state, since)
    SELECT :campaign, s.id, :step, 'all', :due_at, c.base_version, 'open', :since
    FROM drawn_schools s JOIN campaigns c ON c.id = :campaign"""
PHASES: Final = (
    """CREATE TEMPORARY TABLE drawn_counts ON COMMIT DROP AS
       SELECT p.school_id, p.step, p.due_at,
              CASE WHEN p.step IN ('data_review', 'training') THEN 1 ELSE coalesce(r.pupils, 0) END AS total,
              CASE p.step WHEN 'data_review' THEN (s.confirmed_at IS NOT NULL)::int
                   WHEN 'training' THEN (s.trained_on IS NOT NULL)::int
                   WHEN 'close_hk1' THEN r.issued WHEN 'close_year' THEN r.submitted
                   WHEN 'entry_signing' THEN r.approved WHEN 'issue' THEN r.issued
                   WHEN 'submission' THEN r.accepted ELSE 0 END::int AS done
       FROM campaign_phases p
       JOIN campaign_schools s ON s.campaign_id = p.campaign_id AND s.school_id = p.school_id
       LEFT JOIN (SELECT school_id, term, sum(pupils)::int AS pupils, sum(submitted) AS submitted,
                         sum(approved) AS approved, sum(issued) AS issued, sum(accepted) AS accepted
                  FROM class_progress GROUP BY 1, 2) r
         ON r.school_id = p.school_id
            AND r.term = CASE WHEN p.step = 'close_hk1' THEN 'hk1' ELSE 'year_end' END""",
    """UPDATE campaign_phases p SET state = CASE WHEN c.done >= c.total THEN 'done' ELSE 'late' END
       FROM drawn_counts c WHERE c.school_id = p.school_id AND c.step = p.step
         AND (c.done >= c.total OR c.due_at <= :at)""",
    """INSERT INTO phase_events (campaign_id, school_id, step, cohort, version, kind, happened_at)
       SELECT campaign_id, school_id, step, cohort, version, 'overdue', due_at FROM campaign_phases
       WHERE state = 'late'""",
    """INSERT INTO progress_days (campaign_id, day, school_id, step, cohort, total, done)
       SELECT :campaign, :today - ago, c.school_id, c.step, 'all', c.total,
              floor(c.done * power(1.0 - (ago - 1.0) / (:days + 5), s.bend)
                    * CASE WHEN s.luck < 0.3 AND ago < 3 THEN 0.96 ELSE 1 END)::int
       FROM drawn_counts c JOIN drawn_schools s ON s.id = c.school_id, generate_series(1, :days) ago""",
    """INSERT INTO phase_forecasts (campaign_id, school_id, step, cohort, made_on, missing, low, high, chance, pace,
                                    mean, finishes_on)
       SELECT :campaign, school_id, step, 'all', :today, missing, missing / 2, missing * 2,
              CASE WHEN missing = 0 THEN 0.05 ELSE least(0.98, 0.3 + missing::float / total) END, pace, missing,
              CASE WHEN pace > 0 THEN :today + ceil((total - done) / pace)::int END
       FROM (SELECT *, greatest(0, total - done - floor(pace * extract(day FROM due_at - :at))::int) AS missing
             FROM (SELECT *, done::float / 45 AS pace FROM drawn_counts
                   WHERE total > 0 AND done < total AND step <> 'freeze' AND due_at > :at) paced) expected""",
)
