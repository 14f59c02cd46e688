import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal

from impasto.image import to_array, to_tensor


def test_there_and_back_is_the_same_picture(noise):
    picture = noise(5, 7, 3, np.float32)
    tensor = to_tensor(picture)
    assert tensor.shape == (1, 3, 5, 7) and tensor.dtype == torch.float32 and tensor.is_contiguous()
    assert tensor[0, 1, 2, 3] == picture[2, 3, 1]
    back = to_array(tensor)
    assert_array_equal(back, picture)
    assert back.flags.c_contiguous


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 4, 3), (5, 7, 3)])
def test_tensors_and_arrays_share_no_memory(shape):
    picture = np.full(shape, 0.5, np.float32)
    tensor = to_tensor(picture)
    tensor.zero_()
    assert (picture == 0.5).all()
    array = to_array(tensor)
    tensor.fill_(1)
    assert (array == 0).all()


def test_pictures_locked_against_writing_are_taken(noise):
    picture = noise(4, 4, 3, np.float32)
    picture.flags.writeable = False
    assert to_tensor(picture).shape == (1, 3, 4, 4)


def test_arrays_are_clipped_whatever_the_precision_and_the_gradient():
    for dtype in (torch.float32, torch.float64, torch.bfloat16, torch.float16):
        tensor = torch.tensor([-1.0, 0.5, 2.0], dtype=dtype).view(1, 3, 1, 1).requires_grad_()
        array = to_array(tensor)
        assert array.dtype == np.float32 and array.tolist() == [[[0, 0.5, 1]]]
    channels_last = torch.rand(1, 3, 4, 5).contiguous(memory_format=torch.channels_last)
    assert to_array(channels_last).shape == (4, 5, 3)
