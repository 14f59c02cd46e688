"""Coarse-to-fine stages."""

import pytest

from impasto.reconstruction.schedule import coarse_to_fine


@pytest.mark.parametrize("size", [(341, 512), (40, 1000), (33, 33), (1, 1), (2000, 3000)])
@pytest.mark.parametrize("steps", [1, 7, 130, 500])
def test_stages_grow_end_at_the_whole_picture_and_spend_the_steps(size, steps):
    stages = coarse_to_fine(size, steps)
    assert stages[-1].size == size
    assert all(min(stage.size) >= 32 for stage in stages[:-1])
    assert [s.size for s in stages] == sorted(s.size for s in stages)
    assert all(stage.steps >= 1 for stage in stages)
    assert sum(s.steps for s in stages) == max(steps, len(stages))


def test_the_number_of_scales_can_be_asked_for():
    assert len(coarse_to_fine((341, 512), 100, scales=1)) == 1
    assert len(coarse_to_fine((341, 512), 100, scales=2)) == 2
    assert len(coarse_to_fine((100, 100), 100, scales=9)) == 2  # 25 px would be too small for the network


def test_coarse_stages_get_the_larger_share():
    steps = [s.steps for s in coarse_to_fine((512, 512), 130)]
    assert steps == sorted(steps, reverse=True)
