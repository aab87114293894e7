"""What the adapters touch of torch."""

bfloat16, float32 = "bfloat16", "float32"


def manual_seed(seed):
    import random

    random.seed(seed)
