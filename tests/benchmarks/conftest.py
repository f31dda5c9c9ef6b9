"""How large what is measured is: as the budgets say, or small where benchmarks only have to run."""

from collections.abc import Callable

import pytest

SMALLER = 30


@pytest.fixture(scope="session")
def sized(pytestconfig: pytest.Config) -> Callable[[int], int]:
    """A number of things as it is measured; a part of it in a run of the tests, which measures nothing."""
    measures = pytestconfig.getoption("benchmark_enable") or not pytestconfig.getoption("benchmark_disable")
    return lambda number: number if measures else max(1, number // SMALLER)
