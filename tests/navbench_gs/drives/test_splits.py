from navbench_gs.drives.splits import SPLITS_FOLDER, read_split, split_by_place, write_split

NAMES = [f"{place}_{seed}-ped-{index}" for place in ("alley", "park") for seed in (1000, 1001) for index in range(3)]


def test_no_scene_lies_on_both_sides_and_nothing_is_lost():
    split = split_by_place(NAMES, held_out=0.25)
    scenes = {part: {name.split("-")[0] for name in names} for part, names in split.items()}
    assert len(scenes["test"]) == 1 and not scenes["train"] & scenes["test"]
    assert sorted(split["train"] + split["test"]) == sorted(NAMES)


def test_a_single_place_is_all_training():
    assert split_by_place(["plaza_1000-ped-0"])["test"] == ()


def test_a_written_split_is_read_back(tmp_path):
    split = {"train": ("a", "b"), "test": ("c",)}
    write_split(tmp_path / SPLITS_FOLDER, split)
    assert read_split(tmp_path) == split
