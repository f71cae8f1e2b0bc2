"""Made-up seasons: the same for the same seed, allowed by the lifecycle, and like people."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, curriculum_for
from domain.decisions import Action, Decision
from domain.forecast import Track
from domain.lifecycle import apply, open_class_term, plan
from domain.record_states import ClassTerm
from domain.stages import Stage
from simulation.acts import Kind
from simulation.plan import SeasonPlan, Step, city_plan
from simulation.progress import daily, daily_on, done_on
from simulation.season import Season, make_season

PLAN = city_plan(2024)
SCHOOLS = 24
NO_DECISION = {Kind.ENTER, Kind.CLOSE_GAP, Kind.CONFIRM_DATA}


@pytest.fixture(scope="module")
def season() -> Season:
    return make_season(SCHOOLS, 7, plan=PLAN)


def replayed(season: Season) -> dict[int, ClassTerm]:
    """Every class's book after all acts; a refused act raises."""
    terms = {
        klass.number: open_class_term(klass.subjects, [str(pupil.number) for pupil in klass.pupils])
        for school in season.schools
        for klass in school.classes
    }
    for act in season.acts:
        if act.klass is not None and act.kind not in NO_DECISION:
            decision = Decision(
                Action(act.kind.value), act.slot, tuple(map(str, act.pupils)), to_slot=act.to_slot, reason_id="r"
            )
            terms[act.klass] = apply(terms[act.klass], decision, plan(terms[act.klass], decision))
    return terms


def test_a_season_is_the_same_for_the_same_seed_only() -> None:
    first, again, other = (make_season(3, seed, plan=PLAN) for seed in (1, 1, 2))
    assert first == again
    assert first.acts != other.acts


def test_every_act_is_allowed_at_its_moment_by_the_real_lifecycle(season: Season) -> None:
    terms = replayed(season)
    sealed = Counter(record.stage for term in terms.values() for record in term.records.values())
    assert sealed[Stage.SEALED] > 0.9 * sealed.total()
    assert (
        sum(done_on(season, school.number, Step.ISSUE, PLAN.end) for school in season.schools) == sealed[Stage.SEALED]
    )


def test_acts_come_in_the_order_of_time_and_within_the_season(season: Season) -> None:
    moments = [act.at for act in season.acts]
    assert moments == sorted(moments)
    assert PLAN.start <= moments[0].date() <= moments[-1].date() <= PLAN.end
    assert {moment.utcoffset() for moment in moments} == {timedelta(hours=7)}
    assert all(7 <= moment.hour <= 23 for moment in moments)
    assert any(moment.hour >= 21 for moment in moments)


def test_marks_are_entered_before_they_are_submitted(season: Season) -> None:
    entered: dict[tuple[int | None, str], set[int]] = defaultdict(set)
    for act in season.acts:
        if act.kind is Kind.ENTER:
            entered[act.klass, act.slot].update(act.pupils)
        if act.kind is Kind.SUBMIT:
            assert set(act.pupils) <= entered[act.klass, act.slot]


def test_nobody_acts_who_is_ill_or_away_or_does_not_hold_the_part(season: Season) -> None:
    people = {person.number: person for school in season.schools for person in school.people}
    holders = {klass.number: klass.holders for school in season.schools for klass in school.classes}
    assert any(person.away for person in people.values())
    for act in season.acts:
        assert not people[act.person].is_out(act.at.date())
        if act.klass is not None:
            assert holders[act.klass][act.slot] == act.person


def test_classes_have_the_parts_of_the_first_grade(season: Season) -> None:
    slots = curriculum_for(1, optional=("ngoai_ngu_1",)).slots
    for school in season.schools:
        assert 1 <= len(school.classes) <= 3
        for klass in school.classes:
            assert tuple(klass.holders) == (*slots, PRINCIPAL, SEAL)
            assert 20 <= len(klass.pupils) <= 38
            assert klass.holders["am_nhac"] != klass.holders[HOMEROOM]


def test_a_season_has_what_makes_it_hard(season: Season) -> None:
    kinds = Counter(act.kind for act in season.acts)
    assert all(kinds[kind] for kind in Kind)
    left = [steps[Step.ISSUE].total - max(steps[Step.ISSUE].done.values()) for steps in on(season, PLAN.issue_due)]
    assert 0 < sum(map(bool, left)) < SCHOOLS
    week_before = sum(max(steps[Step.ISSUE].done.values()) for steps in on(season, date(2024, 8, 8)))
    total = sum(steps[Step.ISSUE].total for steps in daily(season).values())
    assert week_before < total / 2 < total - sum(left)


def on(season: Season, day: date) -> list[dict[Step, Track]]:
    return [dict(steps) for steps in daily_on(season, day).values()]


def test_data_is_confirmed_only_without_gaps(season: Season) -> None:
    open_gaps = {
        school.number: {p.number for klass in school.classes for p in klass.pupils if p.gap_until is not None}
        for school in season.schools
    }
    for act in season.acts:
        if act.kind is Kind.CLOSE_GAP:
            assert open_gaps[act.school] >= set(act.pupils)
            open_gaps[act.school] -= set(act.pupils)
        if act.kind is Kind.CONFIRM_DATA:
            assert not open_gaps[act.school]


def test_without_a_personal_id_nothing_is_sealed(season: Season) -> None:
    closed = {pupil: act.at for act in season.acts if act.kind is Kind.CLOSE_GAP for pupil in act.pupils}
    sealed = {pupil: act.at for act in season.acts if act.kind is Kind.SEAL for pupil in act.pupils}
    unknown = [p for school in season.schools for klass in school.classes for p in klass.pupils if not p.has_id]
    assert unknown
    for pupil in unknown:
        assert pupil.number not in sealed or closed[pupil.number] < sealed[pupil.number]


def test_a_later_deadline_makes_people_later() -> None:
    moved = replace(PLAN, moves=((date(2024, 7, 20), date(2024, 8, 23)),))
    assert moved.due(Step.ISSUE, date(2024, 7, 19)) == PLAN.issue_due
    assert moved.due(Step.ISSUE, date(2024, 7, 20)) == date(2024, 8, 23)
    assert issued_by_the_first_due_day(moved) < issued_by_the_first_due_day(PLAN)


def issued_by_the_first_due_day(its: SeasonPlan) -> int:
    season = make_season(8, 3, plan=its)
    return sum(done_on(season, school.number, Step.ISSUE, PLAN.issue_due) for school in season.schools)


def test_progress_never_tells_of_days_to_come(season: Season) -> None:
    today = date(2024, 6, 14)
    for steps in on(season, today):
        for track in steps.values():
            assert max(track.done) <= today
            assert all(0 <= done <= track.total for done in track.done.values())


def test_an_act_says_for_whom_and_a_return_to_whom(season: Season) -> None:
    assert all(act.pupils or act.kind is Kind.CONFIRM_DATA for act in season.acts)
    assert all(bool(act.to_slot) == (act.kind is Kind.RETURN) for act in season.acts)
