"""The four tasks, as four rows of a table."""

from __future__ import annotations

from navbench_gs.domain.record import Record
from navbench_gs.errors import UnknownNameError


class Task(Record):
    """What stands and walks between start and goal."""

    name: str
    obstacles: bool
    pedestrians: bool
    title: str


TASKS: dict[str, Task] = {
    task.name: task
    for task in (
        Task(name="empty", obstacles=False, pedestrians=False, title="the scene alone"),
        Task(name="obstacle", obstacles=True, pedestrians=False, title="static obstacles"),
        Task(name="ped", obstacles=False, pedestrians=True, title="moving pedestrians"),
        Task(name="obstacle_ped", obstacles=True, pedestrians=True, title="obstacles and pedestrians"),
    )
}


def task_named(name: str) -> Task:
    """The task of that name.

    Raises:
        UnknownNameError: there is none; the closest name is offered.
    """
    if name not in TASKS:
        raise UnknownNameError("task", name, TASKS, "navbench list tasks")
    return TASKS[name]
