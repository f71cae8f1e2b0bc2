"""What came of a simulated season: its size, how fast it went, what was late, and where engine and model differ."""

from collections import Counter
from dataclasses import asdict, dataclass, field

from rich.table import Table

from cli.seasons.comparing import differences, eras
from cli.seasons.directing import Played
from cli.seasons.foreseeing import Foresight, back_test
from cli.seasons.recorded import read
from domain.campaigns.states import PhaseEventKind


@dataclass
class Report:
    """It holds when nothing differs; `late_phases` passed a deadline, `drifts` are books unlike their workflow."""

    schools: int
    classes: int
    pupils: int
    acts: int
    updates: int
    seconds: float
    days: int
    turns: int
    late_phases: int
    escalations: int
    drifts: int
    disagreements: list[str] = field(default_factory=list)
    foresight: list[Foresight] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.disagreements and not self.drifts

    @property
    def updates_per_second(self) -> float:
        return round(self.updates / max(self.seconds, 0.01), 1)

    def as_json(self) -> dict[str, object]:
        return {**asdict(self), "seconds": round(self.seconds, 2), "updates_per_second": self.updates_per_second}

    def table(self) -> Table:
        table = Table(title="Simulated season", title_justify="left")
        table.add_column("")
        table.add_column("", justify="right")
        for label, figure in self._figures().items():
            table.add_row(label, figure)
        table.add_section()
        for each in self.foresight:
            label = f"Forecast error {each.before} workdays before the last day"
            table.add_row(label, f"{each.error:.1f} % (nothing more: {each.naive:.1f} %)")
        return table

    def _figures(self) -> dict[str, str]:
        return {
            "Schools": f"{self.schools:,}",
            "Classes": f"{self.classes:,}",
            "Pupils": f"{self.pupils:,}",
            "Acts": f"{self.acts:,}",
            "Updates of workflows": f"{self.updates:,}",
            "Seconds": f"{self.seconds:.1f}",
            "Updates per second": str(self.updates_per_second),
            "Skipped days": f"{self.days:,}",
            "Turns of clocks": f"{self.turns:,}",
            "Late phases": f"{self.late_phases:,}",
            "Escalations": f"{self.escalations:,}",
            "Books and schools unlike their workflow": f"{self.drifts:,}",
            "Disagreements with the model": f"{len(self.disagreements):,}",
        }


def report_of(played: Played, seconds: float, drifts: int) -> Report:
    """Read what the database has, and compare."""
    season = played.season
    with played.engine.sessions() as session:
        recorded = read(session, played)
        held = eras(session, played)
    kinds = Counter(event.kind for events in recorded.events.values() for event in events)
    return Report(
        schools=len(season.schools),
        classes=len(played.city.classes),
        pupils=len(played.city.pupils),
        acts=len(season.acts),
        updates=played.updates,
        seconds=seconds,
        days=(season.plan.end - season.plan.start).days + 1,
        turns=played.engine.clocks.turns,
        late_phases=kinds[PhaseEventKind.OVERDUE],
        escalations=kinds[PhaseEventKind.ESCALATION],
        drifts=drifts,
        disagreements=list(differences(played, recorded, held)),
        foresight=back_test(season, recorded),
    )
