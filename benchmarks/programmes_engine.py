"""The calendar engine alone: one evaluate-and-forecast a person, in plain Python on one core, with no database.

Run: python benchmarks/programmes_engine.py [people]
Every person is another one: born on a random day, each dose of the calendar on its day, late, early or missed. The target
is 150 µs for a full childhood history; the people are walked in the order of their ids and of their birth dates.
"""

from __future__ import annotations

import random
import statistics
import sys
import time
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from core import programmes  # noqa: E402
from core.ages import Span, reach, take_apart  # noqa: E402
from core.programmes import Dose, Person  # noqa: E402

ON = date(2026, 11, 21)
RUN = 500
# The national calendar: months of age and the products given then.
CHILDHOOD = [
    (0, ("hepb", "bcg")),
    (2, ("opv", "rota", "penta", "pcv")),
    (3, ("opv", "rota", "penta", "pcv")),
    (4, ("opv", "rota", "penta", "ipv")),
    (12, ("mmr", "pcv")),
    (16, ("opv", "dtp")),
    (72, ("mmr",)),
    (84, ("opv", "td")),
    (108, ("hpv",)),
    (114, ("hpv",)),
    (192, ("td",)),
]
Case = tuple[Person, list[Dose]]


def full_childhood(chance: random.Random) -> Case:
    """17 to 18 years old, every dose given within a month of its day."""
    born = date(2008, 11, 22) + timedelta(days=chance.randrange(365))
    sex = chance.choice(("female", "male"))
    return Person(born, sex, region="1726"), _doses(born, sex, chance, missed=0.0, late_days=30)


def anybody(chance: random.Random) -> Case:
    """Up to 80 years old, children with late and missed doses, adults with hardly any."""
    born = ON - timedelta(days=int(chance.triangular(0, 80 * 365, 12 * 365)))
    sex = chance.choice(("female", "male"))
    missed = 0.15 if born.year >= 2009 else 0.97
    return Person(born, sex, region="1726"), _doses(born, sex, chance, missed, late_days=200)


def _doses(born: date, sex: str, chance: random.Random, missed: float, late_days: int) -> list[Dose]:
    start, doses = take_apart(born), []
    for months, products in CHILDHOOD:
        day = date.fromordinal(reach(start, Span(months, 0))) + timedelta(days=chance.randrange(late_days))
        if day > ON or chance.random() < missed:
            continue
        doses += [Dose(product, day) for product in products if product != "hpv" or sex == "female"]
    return doses


def microseconds(cases: list[Case]) -> float:
    calendars = programmes.national()
    started = time.process_time()
    for person, doses in cases:
        programmes.forecast(calendars, person, doses, on=ON)
    return (time.process_time() - started) / len(cases) * 1e6


def main() -> None:
    people = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    chance = random.Random(2026)
    for name, make in (("a full childhood history", full_childhood), ("anybody", anybody)):
        cases = [make(chance) for _ in range(people)]
        doses = statistics.mean(len(case[1]) for case in cases)
        microseconds(cases[:500])
        for order, sorted_cases in (
            ("by id", cases),
            ("by birth date", sorted(cases, key=lambda case: case[0].birth_date)),
        ):
            # many short runs: what else a machine does falls into some of them
            many = range(0, people, RUN)
            runs = [microseconds(sorted_cases[first : first + RUN]) for _ in range(3) for first in many]
            print(
                f"{name}, {doses:.1f} doses, {order}: {statistics.median(runs):.0f} µs of processor time a person "
                f"(median of {len(runs)} runs of {RUN}; least {min(runs):.0f}, most {max(runs):.0f})"
            )


if __name__ == "__main__":
    main()
