"""Confirmations that meet: on connections of their own, with real commits."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from activities.mark_workbooks import MarksPreview, confirm_marks, export_marks, preview_marks
from domain.errors import NotFound
from storage.database import Sessions
from storage.entries import values_of
from storage.previews import SlotOfPerson
from storage.saving import SaveResult
from tests.api.classroom import live_school
from tests.factories import NOW, OpenBook, make_class, open_book
from tests.interchange.editing import filled_in

Answer = SaveResult | NotFound


@pytest.fixture(scope="module")
def committed(live_sessions: Sessions) -> OpenBook:
    with live_sessions.begin() as session:
        return open_book(session, make_class(session, live_school(session)))


def at_once(*works: Callable[[], SaveResult]) -> list[Answer]:
    ready = Barrier(len(works))

    def run(work: Callable[[], SaveResult]) -> Answer:
        ready.wait()
        try:
            return work()
        except NotFound as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))


def test_a_double_click_writes_once(live_sessions: Sessions, committed: OpenBook) -> None:
    owner = SlotOfPerson(committed.id, "toan", committed.cast.homeroom)
    seen = _preview(live_sessions, owner, 9)
    work = lambda: confirm_marks(live_sessions, owner, seen.kept.id, [], NOW)  # noqa: E731
    answers = at_once(work, work)
    assert sorted(type(each).__name__ for each in answers) == ["NotFound", "SaveResult"]


def test_of_two_previews_of_one_cell_the_second_is_told_of_the_first(
    live_sessions: Sessions, committed: OpenBook
) -> None:
    owner = SlotOfPerson(committed.id, "am_nhac", committed.cast.music)
    seen = [_preview(live_sessions, owner, words) for words in ("Hát hay.", "Hát đúng nhịp.")]
    works = [lambda one=one: confirm_marks(live_sessions, owner, one.kept.id, [], NOW) for one in seen]
    results = [each for each in at_once(*works) if isinstance(each, SaveResult)]
    [saved] = [each.value for result in results for each in result.saved]
    [overtaken] = [each for result in results for each in result.overtaken]
    assert overtaken.value == saved != overtaken.edit.text
    with live_sessions() as session:
        [by_slot] = values_of(session, ["am_nhac"], committed.opened.record_ids).values()
    assert list(by_slot["am_nhac"].values()) == [saved]


def _preview(sessions: Sessions, owner: SlotOfPerson, value: str | int) -> MarksPreview:
    data = export_marks(sessions, owner.class_term_id, owner.slot, NOW, drafts=True)
    return preview_marks(sessions, owner, filled_in(data, {"G8": value}), NOW)
