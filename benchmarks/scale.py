"""How much is measured: the full run, and the quick one that only shows that everything works."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """Sizes and times of a run. What is smaller than the promise speaks of is named in the results."""

    quick: bool
    #: repetitions of single requests
    times: int
    #: seconds and repetitions of runs under load
    load_seconds: float
    load_times: int
    #: hamlets for the intake of visits, households in each (beside the hamlet itself), visits in all
    cells: int
    cell_households: int
    visits: int
    single_visits: int
    #: hamlets and people of the province, hamlets of the country
    hamlets: int
    people: int
    country_hamlets: int
    #: repetitions of slow figures of the baseline
    slow_times: int
    demo: bool


FULL = Scale(
    quick=False, times=30, load_seconds=4, load_times=3, cells=8, cell_households=400, visits=16_000,
    single_visits=1_600, hamlets=785, people=1_200_000, country_hamlets=90_000, slow_times=5, demo=True,
)  # fmt: skip
QUICK = Scale(
    quick=True, times=7, load_seconds=1, load_times=2, cells=4, cell_households=40, visits=3_200, single_visits=160,
    hamlets=80, people=120_000, country_hamlets=2_000, slow_times=2, demo=False,
)  # fmt: skip
