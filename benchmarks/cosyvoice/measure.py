"""How fast CosyVoice 3 speaks here: random weights, lengths of a real book.

Networks of random weights take the time that trained ones take, as long as the lengths are forced: each text
speaks as many tokens as it lasts, at 25 a second and 14 characters a second. The lengths are those of the
segments of a project, as it plans them. Loading, prompts from recordings and everything around the engine are
left out. ``--single`` does the same one text at a time.

    python benchmarks/cosyvoice/measure.py PROJECT [--size true|small|tiny] [--device cuda:0] [--items 32]
        [--slots 64] [--together 16] [--single] [--lengths]
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from fullcast.batches import arrange
from fullcast.engines.cosyvoice.flow import DiffusionFlow, Flow
from fullcast.engines.cosyvoice.language import LanguageModel
from fullcast.engines.cosyvoice.prompts import Prompt
from fullcast.engines.cosyvoice.session import POSITIONS
from fullcast.engines.cosyvoice.shapes import (
    DiffusionFlowShape,
    LanguageShape,
    SamplingShape,
    Shapes,
    VocoderShape,
)
from fullcast.engines.cosyvoice.slots import Script, Slots, Spoken
from fullcast.engines.cosyvoice.vocoder import Vocoder
from fullcast.files.settings import read_settings
from fullcast.production.preparing import Choices, prepare

TOKENS_A_SECOND = 25
CHARACTERS_A_SECOND = 14
CHARACTERS_A_TOKEN = 4
PROMPT = 175
"""Speech tokens of a recording of seven seconds."""
SIZES: dict[str, dict[str, int]] = json.loads(Path(__file__).with_name("sizes.json").read_text())
"""``true`` is that of Fun-CosyVoice3-0.5B."""


def shapes_of(size: str) -> Shapes:
    """Return the shapes of a size."""
    own = SIZES[size]
    dilations = (1, 3, 5)
    return Shapes(
        language=LanguageShape(
            width=own["width"],
            layers=own["layers"],
            heads=own["heads"],
            key_heads=2,
            feed=own["feed"],
            texts=own["texts"],
            speech=6_561,
        ),
        sampling=SamplingShape(),
        flow=DiffusionFlowShape(
            tokens=6_561,
            mels=80,
            speaker=192,
            ratio=2,
            ahead=3,
            ahead_width=own["dit"],
            width=own["dit"],
            depth=own["depth"],
            heads=own["dit"] // 64,
            head=64,
            feed=2,
            guidance=0.7,
        ),
        vocoder=VocoderShape(
            mels=80,
            width=own["hift"],
            harmonics=8,
            rate=24_000,
            sine=0.1,
            noise=0.003,
            threshold=10.0,
            rates=(8, 5, 3),
            kernels=(16, 11, 7),
            fft=16,
            hop=4,
            blocks=tuple((kernel, dilations) for kernel in (3, 7, 11)),
            source_blocks=tuple((kernel, dilations) for kernel in (7, 7, 11)),
            slope=0.1,
            limit=0.99,
            ahead=4,
            pitch_width=own["hift"],
        ),
    )


def with_chance(make: Callable[[], nn.Module], device: torch.device, kind: torch.dtype) -> nn.Module:
    """Return a network with small random weights on a device."""
    with torch.device("meta"):
        network = make()
    network = network.to(kind).to_empty(device=device)
    for weight in network.state_dict().values():
        weight.uniform_(-0.03, 0.03)
    return network.requires_grad_(requires_grad=False).eval()


@dataclass
class Clock:
    """Seconds by stage."""

    device: torch.device
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure a stage, until the device has done it."""
        self._wait()
        started = time.perf_counter()
        yield
        self._wait()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)


def lengths_of(project: Path, items: int) -> list[tuple[int, int]]:
    """Return text tokens and speech tokens of the first segments of a project."""
    plan = prepare(project, Choices(engine="tone"), read_settings()).plan
    texts = [len(take.segment.text) for chapter in plan.chapters for take in chapter.takes]
    return [
        (max(1, count // CHARACTERS_A_TOKEN), max(10, TOKENS_A_SECOND * count // CHARACTERS_A_SECOND))
        for count in texts[:items]
    ]


def scripts_of(lengths: list[tuple[int, int]], texts: int) -> list[Script]:
    """Return texts of those lengths that cannot end before they are cut."""
    chance = torch.Generator().manual_seed(1)
    return [
        Script(
            id=str(number),
            texts=torch.randint(0, texts, (30 + own,), generator=chance).tolist(),
            prompt=torch.randint(0, 6_561, (PROMPT,), generator=chance).tolist(),
            shortest=said,
            longest=said,
            seed=number,
        )
        for number, (own, said) in enumerate(lengths)
    ]


def run(arguments: argparse.Namespace) -> dict[str, object]:
    """Speak and return what was measured."""
    device = torch.device(arguments.device)
    kind = torch.bfloat16 if device.type == "cuda" else torch.float32
    shapes = shapes_of(arguments.size)
    flow_shape = shapes.flow
    assert isinstance(flow_shape, DiffusionFlowShape)
    language = with_chance(lambda: LanguageModel(shapes.language), device, kind)
    flow = with_chance(lambda: DiffusionFlow(flow_shape), device, kind)
    vocoder = with_chance(lambda: Vocoder(shapes.vocoder), device, torch.float32)
    assert isinstance(language, LanguageModel)
    assert isinstance(flow, DiffusionFlow)
    assert isinstance(vocoder, Vocoder)
    vocoder.settle()
    slots = Slots(language, shapes.sampling, count=arguments.slots, positions=POSITIONS)
    slots.every = arguments.every or slots.every
    prompt = Prompt(
        tokens=torch.zeros(PROMPT, dtype=torch.long), mel=torch.zeros(2 * PROMPT, 80), speaker=torch.ones(192)
    )
    scripts = scripts_of(lengths_of(arguments.project, arguments.items), shapes.language.texts)
    for warm in (True, False):
        clock = Clock(device)
        slots.steps = slots.useful = 0
        some = scripts[: min(2, len(scripts))] if warm else scripts
        started = time.perf_counter()
        with clock.stage("language model"):
            spoken = list(slots.speak(iter(some)))
        padding = voice(spoken, (flow, vocoder, prompt), clock, arguments.together)
        wall = time.perf_counter() - started
    audio = sum(len(one.tokens) for one in spoken) / TOKENS_A_SECOND
    memory = (
        torch.cuda.max_memory_allocated(device)
        if device.type == "cuda"
        else 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    )
    return {
        "size": arguments.size,
        "device": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "texts": len(spoken),
        "slots": arguments.slots,
        "together": arguments.together,
        "audio seconds": round(audio, 1),
        "wall seconds": round(wall, 2),
        "times real time": round(audio / wall, 3),
        "slots useful": round(slots.useful / slots.steps, 4),
        "padding": round(padding, 4),
        "share of time": {name: round(seconds / wall, 3) for name, seconds in clock.seconds.items()},
        "memory GB": round(memory / 1e9, 2),
    }


def voice(spoken: list[Spoken], parts: tuple[Flow, Vocoder, Prompt], clock: Clock, together: int) -> float:
    """Turn tokens into waves, as the engine does; return the share of frames that are padding."""
    flow, vocoder, prompt = parts
    device = flow.input_embedding.weight.device
    # The engine chooses among three batches those of about one length; here each batch is arranged alike.
    ordered = arrange(spoken, length=lambda one: len(one.tokens), batch=together, horizon=3)
    tokens = [torch.tensor(one.tokens, device=device) for one in ordered]
    used = full = 0
    for first in range(0, len(tokens), together):
        group: list[Tensor] = tokens[first : first + together]
        with clock.stage("flow"):
            mels = flow.make(group, [prompt] * len(group))
        with clock.stage("vocoder"):
            vocoder.speak(mels)
        used += sum(len(own) + PROMPT for own in group)
        full += len(group) * (max(len(own) for own in group) + PROMPT)
    return 1 - used / full


def main() -> None:
    """Measure, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("project", type=Path)
    parser.add_argument("--size", choices=tuple(SIZES), default="small")
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--items", type=int, default=32)
    parser.add_argument("--slots", type=int, default=64 if torch.cuda.is_available() else 8)
    parser.add_argument("--together", type=int, default=16 if torch.cuda.is_available() else 1)
    parser.add_argument("--every", type=int, help="steps between looks at which slots are done")
    parser.add_argument("--single", action="store_true")
    parser.add_argument("--lengths", action="store_true", help="print the lengths of the texts alone")
    arguments = parser.parse_args()
    if arguments.lengths:
        print(json.dumps(lengths_of(arguments.project, arguments.items)))
        return
    if arguments.single:
        arguments.slots = arguments.together = 1
    json.dump(run(arguments), sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    main()
