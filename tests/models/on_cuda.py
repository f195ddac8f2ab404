"""What every test on CUDA carries."""

import pytest
import torch

ON_CUDA = [
    pytest.mark.gpu,
    pytest.mark.models,
    pytest.mark.skipif(
        not torch.cuda.is_available(), reason="NO CUDA DEVICE: nothing was checked on a GPU"
    ),
]
