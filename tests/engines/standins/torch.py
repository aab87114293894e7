"""What the adapters touch of torch."""

bfloat16, float32, int32 = "bfloat16", "float32", "int32"


def manual_seed(seed):
    import random

    random.seed(seed)


class _Numbers(list):
    def to(self, device):
        return self


def tensor(values, dtype=None):
    return _Numbers(values)
