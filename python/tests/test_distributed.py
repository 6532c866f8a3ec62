"""Two processes by torchrun, and any ranks by argument: together they see what one process sees."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from comparing import assert_same_batches

RANKS = Path(__file__).with_name("ranks.py")


def put_together(shards) -> list:
    """The ranks' batches, step by step, in the order of ranks."""
    assert len({len(shard) for shard in shards}) == 1, "all ranks have the same number of steps"
    return [[torch.cat(parts) for parts in zip(*step)] for step in zip(*shards)]


@pytest.fixture(scope="module")
def arguments(simulated):
    return simulated.arguments(batch_size=12)


@pytest.fixture(scope="module")
def alone(atemoya, arguments):
    """The batches of three epochs, of one process that leaves out the short batch at the end."""
    loader = atemoya.PeakGenerator(**arguments, rank=0, world_size=1, drop_last=True)
    return [list(loader) for _ in range(3)]


def torchrun(folder: Path, environment, arguments: dict, **task) -> list[dict]:
    (folder / "task.json").write_text(json.dumps(dict(arguments=arguments, folder=str(folder), **task)))
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(RANKS)]
    done = subprocess.run([*command, str(folder / "task.json")], env=environment, timeout=120, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return [torch.load(folder / f"rank{rank}.pt") for rank in range(2)]


def test_torchrun_ranks_together_are_one_process(arguments, alone, tmp_path, run_environment):
    ranks = torchrun(tmp_path, run_environment, dict(arguments, num_workers=1), epochs=2)
    for epoch in range(2):
        assert_same_batches(put_together([rank["epochs"][epoch] for rank in ranks]), alone[epoch])
    for rank in ranks:
        assert rank["length"] == len(alone[0])
        assert all(len(batch[-1]) == 6 for batch in rank["epochs"][0])
    assert ranks[0]["examples"] == ranks[1]["examples"] > 12 * len(alone[0]), "the dataset is not sharded"


def test_torchrun_goes_on_from_one_process(atemoya, arguments, alone, tmp_path, run_environment):
    loader = atemoya.PeakGenerator(**arguments, rank=0, world_size=1, drop_last=True)
    loader.set_epoch(1)
    batches = iter(loader)
    before = [next(batches) for _ in range(3)]
    state = loader.state_dict()
    assert_same_batches(before, alone[1][:3])
    ranks = torchrun(tmp_path, run_environment, arguments, epochs=2, state=state)
    assert_same_batches(put_together([rank["epochs"][0] for rank in ranks]), alone[1][3:])
    assert_same_batches(put_together([rank["epochs"][1] for rank in ranks]), alone[2])


def test_torchrun_with_a_drawn_seed(arguments, tmp_path, run_environment):
    """Each process draws a seed of its own, and no collective call unifies them: one is required.
    """
    with pytest.raises(AssertionError, match="ValueError.*random_state"):
        torchrun(tmp_path, run_environment, dict(arguments, random_state=None), epochs=2)


def test_torchrun_with_a_seed_that_is_agreed_on(alone, arguments, tmp_path, run_environment):
    """As cherimoya's training does, which gives all ranks that of rank 0."""
    seeds = [arguments["random_state"], 77]
    ranks = torchrun(tmp_path, run_environment, dict(arguments, random_state=None), epochs=2, seeds=seeds)
    for epoch in range(2):
        assert_same_batches(put_together([rank["epochs"][epoch] for rank in ranks]), alone[epoch])


@pytest.mark.parametrize("world", [1, 2, 3, 4, 12])
def test_ranks_by_argument(atemoya, arguments, alone, world):
    shards = []
    for rank in range(world):
        loader = atemoya.PeakGenerator(**arguments, rank=rank, world_size=world, drop_last=True)
        assert len(loader) == len(alone[0])
        loader.set_epoch(2)
        shards.append(list(loader))
    assert_same_batches(put_together(shards), alone[2])


def test_the_short_batch_is_left_out_only_for_several(atemoya, arguments, alone):
    one = list(atemoya.PeakGenerator(**arguments))
    assert len(one) == len(alone[0]) + 1
    assert len(one[-1][-1]) < 12
    assert_same_batches(one[:-1], alone[0])
    several = atemoya.PeakGenerator(**arguments, rank=1, world_size=2)
    assert len(list(several)) == len(several) == len(alone[0])
