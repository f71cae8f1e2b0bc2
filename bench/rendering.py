"""Milliseconds and kilobytes per rendered document of each kind, and a primary record against a bare two-page PDF.

`python -m bench.rendering [--documents 35] [--json]`: one process, one reused compiler, medians after two warm-ups; CPU
is what the whole process used (`getrusage`, all its threads). Every pupil has texts of his own, so nothing but the form
repeats. Documents of a kind follow each other, as a class's do. The baseline is the same compiler, standards and
attachment on two pages of one line each, in the same run.
"""

import argparse
import json
import random
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import typst

from documents.content import canonical_json
from documents.form import place_fields
from documents.places import places_of
from documents.render import Renderer
from domain.documents import SubjectSheetContent
from domain.year_records import DocumentContent, PrimaryRecordContent, SecondaryRecordContent
from tests.documents import class_samples, samples, secondary_class_samples, secondary_samples

Render = Callable[[], bytes]
_WARM_UPS = 2
STANDARDS: Any = ["a-3a", "ua-1"]  # the library takes nothing but a list of its own kind
_WORDS = "".join(letter for letter in " ".join(samples.COMMENTS) if letter not in ".,;").lower().split()
BASELINE = """#set document(title: "Hai trang", date: datetime(year: 2026, month: 5, day: 29))
#set text(font: "Libertinus Serif", lang: "vi")
#pdf.attach("record.json", bytes({data}), relationship: "source", mime-type: "application/json", description: "Bản ghi")
= Trang 1
#pagebreak()
Trang 2
"""


@dataclass(frozen=True)
class Cost:
    cpu_ms: float
    wall_ms: float
    kilobytes: float


def _text(chance: random.Random, shortest: int, longest: int) -> str:
    wanted, words = chance.randint(shortest, longest), [chance.choice(_WORDS)]
    while len(" ".join(words)) < wanted:
        words.append(chance.choice(_WORDS))
    return " ".join(words).capitalize()[: wanted - 1].rstrip() + "."


def year_record(number: int) -> PrimaryRecordContent:
    """Return a pupil's record with texts of the usual lengths, of this pupil alone."""
    chance, record = random.Random(number), samples.year_record(number)  # noqa: S311 - texts, not secrets
    return replace(
        record,
        record_uid=f"0b2f6c1e-6f0a-4c57-9b53-{number:012d}",
        lookup_code=f"7K3M-Q9TX-2WFA-D5HE-8RCP-{number:04d}",
        subjects=tuple(replace(line, comment=_text(chance, 60, 140)) for line in record.subjects),
        qualities_comment=_text(chance, 70, 150),
        general_comment=_text(chance, 70, 150),
        specific_comment=_text(chance, 70, 150),
        homeroom_comment=_text(chance, 120, 300),
        result_reason=_text(chance, 250, 550),
    )


def secondary_record(number: int) -> SecondaryRecordContent:
    """Return a pupil's record of grade 6 with texts of the usual lengths, of this pupil alone."""
    chance, record = random.Random(number), secondary_samples.secondary_record(number)  # noqa: S311 - texts, not secrets
    return replace(
        record,
        record_uid=f"5f7a3c22-91c4-4b0e-8a5d-{number:012d}",
        lookup_code=f"3QXM-8TKD-5WFA-H2ZE-7RCP-{number:04d}",
        subjects=tuple(replace(line, comment=_text(chance, 60, 140)) for line in record.subjects),
        homeroom_comment=_text(chance, 120, 300),
        learning_reason=_text(chance, 150, 300),
        outcome_reason=_text(chance, 80, 200),
    )


def _signed_secondary(number: int) -> SecondaryRecordContent:
    return secondary_samples.signed_by_subjects(secondary_record(number))


def _longest_secondary(number: int) -> SecondaryRecordContent:
    return replace(secondary_samples.longest_secondary_record(), lookup_code=f"LONG-{number:04d}")


def subject_sheet(number: int) -> SubjectSheetContent:
    chance, sheet = random.Random(number), class_samples.subject_sheet(35)  # noqa: S311 - texts, not secrets
    lines = tuple(replace(line, comment=_text(chance, 60, 140)) for line in sheet.pupils)
    return replace(sheet, pupils=lines, lookup_code=f"9XWD-4TQK-M2HA-7PCF-5RNB-{number:04d}")


def class_summary(number: int) -> DocumentContent:
    """Return another class of 35 for each number: other names, other code."""
    summary = class_samples.class_summary(35)
    names = [samples.person(100 * number + line.order_no) for line in summary.pupils]
    pupils = tuple(replace(line, full_name=name) for line, name in zip(summary.pupils, names, strict=True))
    return replace(summary, pupils=pupils, lookup_code=f"4FHC-8ZKP-W7DM-3QXA-6TNE-{number:04d}")


def secondary_sheet(number: int) -> SubjectSheetContent:
    chance = random.Random(number)  # noqa: S311 - texts, not secrets
    sheet = secondary_class_samples.secondary_sheet(45)
    lines = tuple(replace(line, comment=_text(chance, 60, 140)) for line in sheet.pupils)
    return replace(sheet, pupils=lines, lookup_code=f"6HXD-2TQK-W9MA-7PCF-4RNB-{number:04d}")


def _longest(number: int) -> PrimaryRecordContent:
    return replace(samples.longest_year_record(), lookup_code=f"LONG-{number:04d}")


def _renders(count: int) -> dict[str, list[Render]]:
    """Return what is to be timed, by kind; the contents are made beforehand."""
    renderer = Renderer("https://tracuu.example.edu.vn")
    compiler = typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False), ignore_system_fonts=True)

    def bare(content: DocumentContent) -> bytes:
        literal = json.dumps(canonical_json(content).decode(), ensure_ascii=False)
        pdf = compiler.compile(BASELINE.format(data=literal).encode(), format="pdf", pdf_standards=STANDARDS)
        assert isinstance(pdf, bytes)
        return place_fields(pdf, places_of(content))

    def whole(content: DocumentContent) -> bytes:
        return renderer.render(content).pdf

    works: dict[str, tuple[Callable[[DocumentContent], bytes], Callable[[int], DocumentContent]]] = {
        "baseline": (bare, year_record),
        "year_record": (whole, year_record),
        "year_record_longest": (whole, _longest),
        "secondary_record": (whole, secondary_record),
        "secondary_signed": (whole, _signed_secondary),
        "secondary_longest": (whole, _longest_secondary),
        "subject_sheet": (whole, subject_sheet),
        "secondary_sheet": (whole, secondary_sheet),
        "class_summary": (whole, class_summary),
    }
    return {
        kind: [partial(render, make(number)) for number in range(count + _WARM_UPS)]
        for kind, (render, make) in works.items()
    }


def _cpu_ms() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1000


def _once(render: Render) -> Cost:
    cpu, wall = _cpu_ms(), time.perf_counter()
    pdf = render()
    return Cost(_cpu_ms() - cpu, (time.perf_counter() - wall) * 1000, len(pdf) / 1024)


def _median(costs: Sequence[Cost]) -> Cost:
    return Cost(
        round(statistics.median(cost.cpu_ms for cost in costs), 1),
        round(statistics.median(cost.wall_ms for cost in costs), 1),
        round(statistics.median(cost.kilobytes for cost in costs), 1),
    )


def _measured(count: int) -> dict[str, Cost]:
    return {kind: _median([_once(one) for one in renders][_WARM_UPS:]) for kind, renders in _renders(count).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=35)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    costs = _measured(options.documents)
    ratio = round(costs["year_record"].cpu_ms / costs["baseline"].cpu_ms, 1)
    if options.json:
        kinds = {kind: vars(cost) for kind, cost in costs.items()}
        print(json.dumps({"documents": options.documents, "kinds": kinds, "year_record_to_baseline": ratio}))
        return
    print(f"medians of {options.documents} of each kind (classes of 35), one process")
    for kind, cost in costs.items():
        print(f"{kind:20} {cost.cpu_ms:7.1f} ms CPU {cost.wall_ms:7.1f} ms wall {cost.kilobytes:7.1f} KB")
    print(f"a year record costs {ratio} times the baseline (two pages of one line, same standards and attachment)")


if __name__ == "__main__":
    main()
