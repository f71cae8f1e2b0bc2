"""The comment bank: a teacher's own phrases, and suggestions that come with the product."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from api.v1.forms import PRINTABLE, Form, Slot
from domain.assessment import Term
from domain.duties import STAFF
from domain.phrases import PHRASE_LIMIT, check_level
from domain.scopes import Scope
from domain.suggestion import Suggestion, suggestions
from storage import phrases
from storage.phrases import NewPhrase
from storage.tables import CommentPhrase

router = APIRouter(tags=["comment bank"])
Level = Annotated[str, StringConstraints(max_length=4)]
PhraseText = Annotated[str, StringConstraints(max_length=2 * PHRASE_LIMIT, pattern=PRINTABLE)]


class ChangedPhraseForm(Form):
    level: Level = Field(default="", description="code of the level it fits; empty: any")
    text: PhraseText


class PhraseForm(ChangedPhraseForm):
    subject: Slot = Field(description="code of a subject, or homeroom")
    item: Slot = Field(description="the subject again, or which of the homeroom's comments")


class PhraseView(BaseModel):
    id: UUID
    subject: str
    item: str
    level: str
    text: str
    used: int = Field(description="pupils it was copied to")
    last_used_at: datetime | None


class SuggestionView(BaseModel):
    """`phrase_id` is null for a suggestion of the product."""

    phrase_id: UUID | None = None
    item: str
    level: str
    text: str
    used: int = 0


class SuggestionQuery(BaseModel):
    subject: Slot
    grade: int = Field(ge=1, le=12)
    level: Level = ""
    item: Slot | None = None
    term: Term | None = None


@router.get("/comment-phrases")
@allow(STAFF, Scope.READ)
def list_phrases(
    person: CurrentPerson,
    found: ServicesDep,
    subject: Annotated[Slot | None, Query()] = None,
    level: Annotated[Level, Query()] = "",
) -> list[PhraseView]:
    """One's own phrases, most used first; with a level also those that fit any."""
    with found.sessions() as session:
        return [_view(each) for each in phrases.own(session, person.staff_id, subject or "", check_level(level))]


@router.post("/comment-phrases", status_code=201)
@allow(STAFF, Scope.ENTER)
def add_phrase(form: PhraseForm, person: CurrentPerson, found: ServicesDep) -> PhraseView:
    """Keep a phrase; the same one again gives the one that is kept already."""
    new = NewPhrase(form.subject, form.item, form.level, form.text)
    with found.sessions.begin() as session:
        return _view(phrases.add(session, person.staff_id, new))


@router.put("/comment-phrases/{phrase_id}")
@allow(STAFF, Scope.ENTER)
def change_phrase(phrase_id: UUID, form: ChangedPhraseForm, person: CurrentPerson, found: ServicesDep) -> PhraseView:
    """Change one's own phrase; what was written with it stays as it is."""
    with found.sessions.begin() as session:
        return _view(phrases.change(session, person.staff_id, phrase_id, form.level, form.text))


@router.delete("/comment-phrases/{phrase_id}", status_code=204)
@allow(STAFF, Scope.ENTER)
def remove_phrase(phrase_id: UUID, person: CurrentPerson, found: ServicesDep) -> None:
    """Remove one's own phrase; what was written with it stays as it is."""
    with found.sessions.begin() as session:
        phrases.remove(session, person.staff_id, phrase_id)


@router.get("/comment-suggestions")
@allow(STAFF, Scope.READ)
def list_suggestions(
    query: Annotated[SuggestionQuery, Query()], person: CurrentPerson, found: ServicesDep
) -> list[SuggestionView]:
    """What could be written for this subject, grade and level: one's own phrases first, then those of the product.

    A subject's level is the pupil's level, in secondary school that of the subject's average (T from 8.0, K from 6.5,
    Đ from 5.0, else CĐ); a homeroom comment goes by the pupil's result.
    """
    check_level(query.level)
    with found.sessions() as session:
        own = phrases.own(session, person.staff_id, query.subject, query.level)
    mine = [each for each in own if query.item in {None, each.item}]
    known = {(each.item, each.text) for each in mine}
    given = suggestions(query.grade, query.subject, level=query.level, item=query.item or "", term=query.term)
    return [*map(_own_view, mine), *(_given_view(each) for each in given if (each.item, each.text) not in known)]


def _view(phrase: CommentPhrase) -> PhraseView:
    return PhraseView.model_validate(phrase, from_attributes=True)


def _own_view(phrase: CommentPhrase) -> SuggestionView:
    return SuggestionView(phrase_id=phrase.id, item=phrase.item, level=phrase.level, text=phrase.text, used=phrase.used)


def _given_view(each: Suggestion) -> SuggestionView:
    return SuggestionView(item=each.item, level=each.level, text=each.text)
