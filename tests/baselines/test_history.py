from baselines.history import History


def test_the_first_stands_in_for_what_came_before():
    history = History(3)
    history.add("a")
    assert history.padded() == ["a", "a", "a"]
    history.add("b")
    assert history.padded() == ["a", "a", "b"]


def test_the_oldest_goes_and_clearing_forgets():
    history = History(2)
    for item in "abc":
        history.add(item)
    assert history.padded() == ["b", "c"]
    history.clear()
    history.add("d")
    assert history.padded() == ["d", "d"]
