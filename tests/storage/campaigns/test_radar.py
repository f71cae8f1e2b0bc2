"""What an office sees of its schools: counts, lateness by group of pupils, and the authorities of a day."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import day_of, end_of_day
from domain.campaigns.measures import Standing, Tally
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.states import CampaignState
from domain.curriculum import HOMEROOM
from domain.deadlines import Deadline
from domain.decisions import Action
from domain.errors import NotFound
from storage.campaigns import (
    decisions,
    drilldown,
    holders,
    measuring,
    offices,
    radar,
    running,
    seasons,
    series,
    standings,
)
from storage.campaigns.decisions import Move
from storage.campaigns.measuring import Measure
from storage.campaigns.offices import OfficeFacts
from storage.campaigns.radar import Asked, Ward
from storage.campaigns.standings import View
from storage.tables import CampaignSchool, ClassProgress, PhaseForecast, ProgressDay
from tests.factories import make_class, open_book
from tests.office import OfficeWorld, make_office

AT = datetime(2027, 6, 20, 5, tzinfo=UTC)
ALL = Cohort.ALL


@pytest.fixture
def office(db: Session) -> OfficeWorld:
    return make_office(db)


def see(office: OfficeWorld, at: datetime = AT, day: date | None = None, authority: int | None = None) -> View:
    who = office.city if authority is None else office.wards[authority]
    return standings.view_of(office.session, office.campaign, who, day or day_of(at), at)


def progressed(office: OfficeWorld, school: int, **counts: int) -> None:
    """So many of the first term's records of a school have come so far."""
    mine = ClassProgress.school_id == office.schools[school]
    office.session.execute(update(ClassProgress).where(mine).values(**counts))


def year_end(office: OfficeWorld, school: int, cohort: Cohort, pupils: int, **counts: int) -> None:
    found = office.session.query(ClassProgress).filter_by(school_id=office.schools[school], term="year_end").first()
    book_id = found.class_term_id if found else open_book(office.session, office.casts[school], Term.YEAR_END).id
    office.session.merge(
        ClassProgress(
            class_term_id=book_id, cohort=cohort.value, school_id=office.schools[school], term="year_end",
            school_year=office.campaign.school_year, grade=1, pupils=pupils, **counts,
        )
    )  # fmt: skip
    office.session.flush()


def tallies(wards: list[Ward], step: Step, cohort: Cohort = ALL) -> list[Tally]:
    return [each.phases[step, cohort] for each in wards]


def test_records_are_counted_by_ward_and_a_past_deadline_is_late_until_all_are_done(office: OfficeWorld) -> None:
    office.all_phases()
    for school in range(3):
        office.phase(school, Step.CLOSE_HK1, -1, at=AT)
    progressed(office, 0, issued=3)
    progressed(office, 1, issued=1)
    first, second = tallies(radar.by_ward(office.session, see(office)), Step.CLOSE_HK1)
    assert (first.schools, first.done_schools, first.late, first.total, first.done) == (2, 1, 1, 6, 4)
    assert (first.standing, first.percent) == (Standing.LATE, 66)
    assert (second.late, second.done) == (1, 0)


def test_a_class_without_a_book_keeps_its_school_from_being_done(office: OfficeWorld) -> None:
    office.phase(0, Step.CLOSE_HK1, -1, at=AT)
    progressed(office, 0, issued=3)
    make_class(office.session, office.casts[0].school, "1A2")
    [line] = radar.of_school(office.session, see(office), office.schools[0])
    assert (line.standing, line.total, line.done) == (Standing.LATE, 6, 3)
    assert drilldown.unopened(office.session, see(office), office.schools[0]) == [
        ("1A2", Term.HK1), ("1A1", Term.YEAR_END), ("1A2", Term.YEAR_END)
    ]  # fmt: skip
    counted = measuring.measures(office.session, office.campaign)
    assert counted[office.schools[0], Step.CLOSE_HK1, ALL] == Measure(6, 3)
    assert counted[office.schools[0], Step.ISSUE, ALL] == Measure(6, 0)  # neither class has a book of the year's end


def test_the_due_day_itself_is_in_time(office: OfficeWorld) -> None:
    office.phase(0, Step.CLOSE_HK1, 0, at=AT)
    [ward] = radar.by_ward(office.session, see(office))
    assert ward.phases[Step.CLOSE_HK1, ALL].late == 0
    [ward] = radar.by_ward(office.session, see(office, AT + timedelta(days=1)))
    assert ward.phases[Step.CLOSE_HK1, ALL].late == 1


def test_excepted_and_done_are_no_lateness(office: OfficeWorld) -> None:
    office.phase(0, Step.CLOSE_HK1, -5, at=AT, state="excepted")
    office.phase(1, Step.CLOSE_HK1, -5, at=AT, state="late")
    progressed(office, 1, issued=3)
    tally = radar.by_ward(office.session, see(office))[0].phases[Step.CLOSE_HK1, ALL]
    assert (tally.excepted, tally.done_schools, tally.late, tally.standing) == (1, 1, 0, Standing.DONE)


def test_a_group_of_pupils_has_a_deadline_and_a_count_of_its_own(office: OfficeWorld) -> None:
    year_end(office, 0, Cohort.COMPLETED, 30, issued=30)
    year_end(office, 0, Cohort.SUPPLEMENTARY, 2, issued=0)
    office.phase(0, Step.ISSUE, -1, at=AT, cohort=Cohort.COMPLETED)
    office.phase(0, Step.ISSUE, 30, at=AT, cohort=Cohort.SUPPLEMENTARY)
    lines = {each.cohort: each for each in radar.of_school(office.session, see(office), office.schools[0])}
    assert lines[Cohort.COMPLETED].standing is Standing.DONE
    assert (lines[Cohort.SUPPLEMENTARY].standing, lines[Cohort.SUPPLEMENTARY].total) == (Standing.ON_THE_WAY, 2)
    later = radar.of_school(office.session, see(office, AT + timedelta(days=40)), office.schools[0])
    assert [each.standing for each in later] == [Standing.DONE, Standing.LATE]


def test_a_phase_of_everybody_counts_both_groups(office: OfficeWorld) -> None:
    year_end(office, 0, Cohort.COMPLETED, 30, issued=30)
    year_end(office, 0, Cohort.SUPPLEMENTARY, 2, issued=1)
    office.phase(0, Step.ISSUE, 3, at=AT)
    [line] = radar.of_school(office.session, see(office), office.schools[0])
    assert (line.done, line.total, line.open) == (31, 32, 1)


def test_what_a_school_does_itself_is_done_or_not(office: OfficeWorld) -> None:
    for school in range(2):
        office.phase(school, Step.DATA_REVIEW, -1, at=AT)
    office.session.execute(
        update(CampaignSchool).where(CampaignSchool.school_id == office.schools[0]).values(confirmed_at=AT)
    )
    tally = radar.by_ward(office.session, see(office))[0].phases[Step.DATA_REVIEW, ALL]
    assert (tally.total, tally.done, tally.late) == (2, 1, 1)


def test_a_school_is_at_risk_by_its_forecast(office: OfficeWorld) -> None:
    for school, chance in enumerate((0.9, 0.2)):
        office.phase(school, Step.CLOSE_HK1, 5, at=AT)
        office.session.add(
            PhaseForecast(
                campaign_id=office.campaign.id, school_id=office.schools[school], step="close_hk1", cohort="all",
                made_on=day_of(AT), missing=2, mean=2.2, low=1, high=3, chance=chance, pace=0.1,
            )
        )  # fmt: skip
    office.session.flush()
    tally = radar.by_ward(office.session, see(office))[0].phases[Step.CLOSE_HK1, ALL]
    assert (tally.at_risk, tally.missing, tally.standing) == (1, 2, Standing.AT_RISK)
    lines = radar.school_lines(office.session, see(office), Asked(state="nguy-co"))
    assert [each.school_id for each in lines.shown] == [office.schools[0]]
    assert (lines.schools, lines.late, lines.at_risk) == (1, 0, 1)


def test_each_school_is_listed_once_with_its_gravest_phase(office: OfficeWorld) -> None:
    office.phase(0, Step.CLOSE_HK1, -1, at=AT)
    office.phase(0, Step.ISSUE, 20, at=AT)
    office.phase(2, Step.ISSUE, 20, at=AT)
    lines = radar.school_lines(office.session, see(office), Asked())
    assert [(each.school_id, each.step) for each in lines.shown] == [
        (office.schools[0], Step.CLOSE_HK1),
        (office.schools[2], Step.ISSUE),
    ]
    paged = radar.school_lines(office.session, see(office), Asked(), offset=1, most=1)
    assert (len(paged.shown), paged.schools) == (1, 2)
    assert radar.school_lines(office.session, see(office), Asked(words="không có%")).shown == []
    found = radar.school_lines(office.session, see(office), Asked(words="mẫu số 502"))
    assert [each.school_id for each in found.shown] == [office.schools[2]]


def test_what_moved_since_yesterday(office: OfficeWorld) -> None:
    for school in range(3):
        office.phase(school, Step.CLOSE_HK1, -1, at=AT)
        office.session.add(
            ProgressDay(
                campaign_id=office.campaign.id, day=day_of(AT) - timedelta(days=2), school_id=office.schools[school],
                step="close_hk1", cohort="all", total=3, done=1,
            )
        )  # fmt: skip
    progressed(office, 0, issued=3)
    progressed(office, 1, issued=1)
    progressed(office, 2, issued=0)
    first, second = tallies(radar.by_ward(office.session, see(office)), Step.CLOSE_HK1)
    assert (first.finished, first.fell_late, first.moved) == (1, 1, 2)
    assert (second.finished, second.fell_late, second.moved) == (0, 1, 0)


def test_an_office_sees_its_own_schools_and_itself_by_commune(office: OfficeWorld) -> None:
    office.all_phases(close_hk1=-1)
    own = see(office, authority=0)
    assert own.by_commune
    assert [(each.name, each.schools) for each in radar.by_ward(office.session, own)] == [("Phường Tân Bình", 2)]
    assert [name for _, name in radar.ward_names(office.session, see(office))] == [
        "Phường Mẫu 500-1",
        "Phường Mẫu 500-2",
    ]


def test_a_school_that_moved_is_with_the_authority_of_the_day_and_keeps_its_history(office: OfficeWorld) -> None:
    office.all_phases(close_hk1=-1)
    progressed(office, 0, issued=2)
    moved_on = day_of(AT) - timedelta(days=10)
    offices.move_school(office.session, office.schools[0], office.wards[1], moved_on)

    def schools_by_ward(day: date) -> list[int]:
        return [each.schools for each in radar.by_ward(office.session, see(office, day=day))]

    assert schools_by_ward(moved_on - timedelta(days=1)) == [2, 1]
    assert schools_by_ward(moved_on) == [1, 2]
    [line] = radar.of_school(office.session, see(office, authority=1), office.schools[0])
    assert line.done == 2
    assert [each.valid_to for each in drilldown.managements(office.session, office.schools[0])] == [moved_on, None]
    # Whoever has lost it sees it no more, not even as of a day before.
    before = see(office, authority=0, day=moved_on - timedelta(days=1))
    assert [each.schools for each in radar.by_ward(office.session, before)] == [1]
    assert radar.of_school(office.session, see(office, authority=0), office.schools[0]) == []


def test_series_end_with_the_live_count_and_look_ahead(office: OfficeWorld) -> None:
    office.phase(0, Step.CLOSE_HK1, 3, at=AT)
    for ago, done in ((2, 0), (1, 1)):
        office.session.add(
            ProgressDay(
                campaign_id=office.campaign.id, day=day_of(AT) - timedelta(days=ago), school_id=office.schools[0],
                step="close_hk1", cohort="all", total=3, done=done,
            )
        )  # fmt: skip
    progressed(office, 0, issued=2)
    [line] = radar.of_school(office.session, see(office), office.schools[0])
    found = series.series(office.session, see(office), (Step.CLOSE_HK1, ALL), line.due_at)
    assert [each.done for each in found.points] == [0, 1, 2]
    assert (found.due_on, found.expected) == (day_of(AT) + timedelta(days=3), None)


def test_people_for_whom_most_waits_come_first(office: OfficeWorld, db: Session) -> None:
    office.books[0].submit_all()
    office.books[0].act(Action.REVIEW, HOMEROOM)
    at = datetime.now(UTC)
    found = holders.holding(db, standings.view_of(db, office.campaign, office.city, day_of(at), at))
    by_person = {each.staff_id: each for each in found}
    assert by_person[office.casts[0].homeroom].records == 3  # signs all subjects but music
    assert HOMEROOM not in by_person[office.casts[0].homeroom].slots
    assert by_person[office.casts[1].homeroom].records == 3
    assert by_person[office.casts[0].music].slots == ["am_nhac"]
    assert [each.records for each in found] == sorted((each.records for each in found), reverse=True)


def test_campaigns_are_those_of_ones_city(office: OfficeWorld, db: Session) -> None:
    assert seasons.of_office(db, office.wards[0]) == [office.campaign]
    other = offices.add_authority(db, OfficeFacts("khac", "Sở khác", "city_department", None, date(2020, 1, 1)))
    assert seasons.of_office(db, other) == []
    with pytest.raises(NotFound):
        seasons.chosen(seasons.of_office(db, other), office.campaign.id)


def test_a_book_that_is_opened_late_follows_its_school_s_campaign(office: OfficeWorld) -> None:
    def due(school: int, term: Term, grade: int = 1) -> Deadline | None:
        book = office.campaign.school_year, grade, term
        return running.book_deadline(office.session, office.schools[school], book)

    base = office.campaign.base_version
    assert due(0, Term.YEAR_END) == Deadline(base, end_of_day(date(2027, 8, 15)))
    move = Move(
        uuid4(), office.campaign.id, Step.ISSUE, ALL, date(2027, 8, 25), "12/QĐ", "Bão.", office.people["head"],
        office.city, school_id=office.schools[0],
    )  # fmt: skip
    version = decisions.decide(office.session, move, AT).version
    assert due(0, Term.YEAR_END) == Deadline(version, end_of_day(date(2027, 8, 25)))
    assert due(1, Term.YEAR_END) == Deadline(base, end_of_day(date(2027, 8, 15)))
    assert due(0, Term.YEAR_END, grade=2) is None
    running.change_state(office.session, office.campaign.id, CampaignState.CLOSED, AT)
    assert due(0, Term.YEAR_END) is None
