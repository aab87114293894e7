"""How fast upstream's own loop speaks the same texts: one at a time, as its ``CosyVoice3Model`` does.

Runs where the source of FunAudioLLM/CosyVoice imports: in an environment with torch, transformers 4.51,
x-transformers, omegaconf, diffusers and what Matcha-TTS wants. torchaudio and whisper serve recordings only;
they may be missing. Weights are as random as in ``measure.py``. Lengths are forced alike: a token that would
end the speech is replaced by one that does not.

    python benchmarks/cosyvoice/upstream.py CHECKOUT LENGTHS [--size small] [--device cpu]

``LENGTHS`` is what ``measure.py PROJECT --lengths`` prints.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

PROMPT = 175
SIZES = json.loads(Path(__file__).with_name("sizes.json").read_text())


def stub(*names: str) -> None:
    """Put empty modules where some are missing that are imported and not used here."""
    missing = {name for name in names if find_spec(name.partition(".")[0]) is None}
    for name in sorted(missing):
        module = ModuleType(name)
        module.__path__ = []
        sys.modules[name] = module
        parent, _, child = name.rpartition(".")
        if parent:
            setattr(sys.modules[parent], child, module)


def build(own: dict[str, int], device: str) -> tuple[Any, Any, Any]:
    """Return language model, flow and vocoder of a size, with small random weights."""
    from omegaconf import DictConfig
    from transformers import Qwen2Config, Qwen2ForCausalLM

    stub(
        "torchaudio",
        "torchaudio.transforms",
        "torchaudio.compliance",
        "torchaudio.compliance.kaldi",
        "whisper",
    )
    from cosyvoice.flow.DiT.dit import DiT
    from cosyvoice.flow.flow import CausalMaskedDiffWithDiT
    from cosyvoice.flow.flow_matching import CausalConditionalCFM
    from cosyvoice.hifigan.f0_predictor import CausalConvRNNF0Predictor
    from cosyvoice.hifigan.generator import CausalHiFTGenerator
    from cosyvoice.llm.llm import CosyVoice3LM, Qwen2Encoder
    from cosyvoice.transformer.upsample_encoder import PreLookaheadLayer

    qwen = Qwen2Config(
        hidden_size=own["width"],
        intermediate_size=own["feed"],
        num_hidden_layers=own["layers"],
        num_attention_heads=own["heads"],
        num_key_value_heads=2,
        vocab_size=own["texts"],
        rope_theta=1e6,
    )
    with tempfile.TemporaryDirectory() as folder:
        Qwen2ForCausalLM(qwen).save_pretrained(folder)
        language = CosyVoice3LM(own["width"], own["width"], 6561, Qwen2Encoder(folder), None)
    steps = {"t_scheduler": "cosine", "training_cfg_rate": 0.2, "inference_cfg_rate": 0.7, "solver": "euler"}
    network = DiT(
        dim=own["dit"],
        depth=own["depth"],
        heads=own["dit"] // 64,
        dim_head=64,
        ff_mult=2,
        mel_dim=80,
        mu_dim=80,
        spk_dim=80,
        out_channels=80,
    )
    matching = CausalConditionalCFM(240, DictConfig({**steps, "sigma_min": 1e-6}), 1, 80, network)
    flow = CausalMaskedDiffWithDiT(
        80, 80, 192, "mel", 6561, 25, True, 2, 3, PreLookaheadLayer(80, own["dit"], 3), matching
    )
    dilations = [[1, 3, 5]] * 3
    vocoder = CausalHiFTGenerator(
        base_channels=own["hift"],
        sampling_rate=24_000,
        upsample_rates=[8, 5, 3],
        upsample_kernel_sizes=[16, 11, 7],
        source_resblock_kernel_sizes=[7, 7, 11],
        source_resblock_dilation_sizes=dilations,
        resblock_dilation_sizes=dilations,
        f0_predictor=CausalConvRNNF0Predictor(1, 80, own["hift"]),
    )
    for network in (language, flow, vocoder):
        network.to(device).eval()
        for weight in network.parameters():
            weight.data.uniform_(-0.03, 0.03)
    return language, flow, vocoder


def main() -> None:
    """Measure, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("checkout", type=Path)
    parser.add_argument("lengths", type=Path)
    parser.add_argument("--size", choices=tuple(SIZES), default="small")
    parser.add_argument("--device", default="cuda:0" if torch.cuda.is_available() else "cpu")
    arguments = parser.parse_args()
    sys.path[:0] = [str(arguments.checkout), str(arguments.checkout / "third_party" / "Matcha-TTS")]
    own = SIZES[arguments.size]
    language, flow, vocoder = build(own, arguments.device)
    from cosyvoice.utils.common import ras_sampling

    drawn = partial(ras_sampling, top_p=0.8, top_k=25, win_size=10, tau_r=0.1)
    language.sampling = lambda *given: drawn(*given) % 6561
    device = torch.device(arguments.device)
    prompt = torch.zeros(1, PROMPT, dtype=torch.int32, device=device)
    mel, speaker = torch.zeros(1, 2 * PROMPT, 80, device=device), torch.ones(1, 192, device=device)
    seconds = {"language model": 0.0, "flow": 0.0, "vocoder": 0.0}
    said = 0
    for number, (texts, wanted) in enumerate(json.loads(arguments.lengths.read_text())):
        ids = torch.randint(0, own["texts"], (30 + texts,), device=device)
        stamps = [_now(device)]
        with torch.inference_mode():
            marks, speech = language.speech_embedding.weight, language.speech_embedding(prompt[0])
            read = language.llm.model.model.embed_tokens(ids)
            opening = torch.cat((marks[6561][None], read, marks[6563][None], speech))
            tokens = list(language.inference_wrapper(opening[None], 25, 0, wanted, ""))
        stamps.append(_now(device))
        given = torch.tensor([tokens], dtype=torch.int32, device=device)
        lengths = [torch.tensor([size], device=device) for size in (len(tokens), PROMPT, 2 * PROMPT)]
        made, _ = flow.inference(
            given, lengths[0], prompt, lengths[1], mel, lengths[2], speaker, streaming=False, finalize=True
        )
        stamps.append(_now(device))
        vocoder.inference(speech_feat=made, finalize=True)
        stamps.append(_now(device))
        if number:  # the first warms up
            said += len(tokens)
            for name, start, end in zip(seconds, stamps[:-1], stamps[1:], strict=True):
                seconds[name] += end - start
    wall = sum(seconds.values())
    share = {name: round(value / wall, 3) for name, value in seconds.items()}
    figures = {"audio seconds": said / 25, "wall seconds": round(wall, 2), "share of time": share}
    json.dump({"size": arguments.size, **figures, "times real time": round(said / 25 / wall, 3)}, sys.stdout)
    print()


def _now(device: torch.device) -> float:
    if device.type == "cuda":
        torch.cuda.synchronize(device)
    return time.perf_counter()


if __name__ == "__main__":
    main()
