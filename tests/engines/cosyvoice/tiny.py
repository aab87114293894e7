"""CosyVoice 2 and 3 of random weights, small, with the files and names of the real ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

ENDS = 8.0
"""How much louder than the others the ids are that end a speech."""

OPENING = """
__seed: !apply:random.seed [1986]
sample_rate: 24000
spk_embed_dim: 192
token_frame_rate: 25
token_mel_ratio: 2
chunk_size: 25
llm: !new:cosyvoice.llm.llm.{language}
    llm_input_size: 32
    speech_token_size: 6561
    llm: !new:cosyvoice.llm.llm.Qwen2Encoder
        pretrain_path: ''
    sampling: !name:cosyvoice.utils.common.ras_sampling
        top_p: 0.8
        top_k: 25
        win_size: 10
        tau_r: 0.1
"""

FLOW_3 = """
flow: !new:cosyvoice.flow.flow.CausalMaskedDiffWithDiT
    input_size: 80
    output_size: 80
    spk_embed_dim: !ref <spk_embed_dim>
    vocab_size: 6561
    token_mel_ratio: !ref <token_mel_ratio>
    pre_lookahead_layer: !new:cosyvoice.transformer.upsample_encoder.PreLookaheadLayer
        in_channels: 80
        channels: 24
        pre_lookahead_len: 3
    decoder: !new:cosyvoice.flow.flow_matching.CausalConditionalCFM
        cfm_params: !new:omegaconf.DictConfig
            content: {t_scheduler: cosine, inference_cfg_rate: 0.7}
        estimator: !new:cosyvoice.flow.DiT.dit.DiT
            dim: 32
            depth: 2
            heads: 2
            dim_head: 16
            ff_mult: 2
            static_chunk_size: !ref <chunk_size> * <token_mel_ratio>
"""

FLOW_2 = """
flow: !new:cosyvoice.flow.flow.CausalMaskedDiffWithXvec
    input_size: 512
    output_size: 80
    spk_embed_dim: !ref <spk_embed_dim>
    vocab_size: 6561
    token_mel_ratio: !ref <token_mel_ratio>
    encoder: !new:cosyvoice.transformer.upsample_encoder.UpsampleConformerEncoder
        output_size: 512
        attention_heads: 4
        linear_units: 32
        num_blocks: 1
    decoder: !new:cosyvoice.flow.flow_matching.CausalConditionalCFM
        cfm_params: !new:omegaconf.DictConfig
            content: {t_scheduler: cosine, inference_cfg_rate: 0.7}
        estimator: !new:cosyvoice.flow.decoder.CausalConditionalDecoder
            channels: [32]
            attention_head_dim: 16
            n_blocks: 1
            num_mid_blocks: 2
            num_heads: 2
"""

VOCODER = """
hift: !new:cosyvoice.hifigan.generator.{vocoder}
    in_channels: 80
    base_channels: 32
    nb_harmonics: 8
    sampling_rate: !ref <sample_rate>
    nsf_alpha: 0.1
    nsf_sigma: 0.003
    nsf_voiced_threshold: 10
    upsample_rates: [8, 5, 3]
    upsample_kernel_sizes: [16, 11, 7]
    istft_params: {{n_fft: 16, hop_len: 4}}
    resblock_kernel_sizes: [3, 7, 11]
    resblock_dilation_sizes: [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
    source_resblock_kernel_sizes: [7, 7, 11]
    source_resblock_dilation_sizes: [[1, 3, 5], [1, 3, 5], [1, 3, 5]]
    lrelu_slope: 0.1
    audio_limit: 0.99
    f0_predictor: !new:cosyvoice.hifigan.f0_predictor.{pitch}
        cond_channels: 16
"""
AHEAD = "    conv_pre_look_right: 4\n"


def describe(edition: int) -> str:
    """Return the description of a model."""
    if edition == 3:
        vocoder = VOCODER.format(vocoder="CausalHiFTGenerator", pitch="CausalConvRNNF0Predictor") + AHEAD
        return OPENING.format(language="CosyVoice3LM") + FLOW_3 + vocoder
    vocoder = VOCODER.format(vocoder="HiFTGenerator", pitch="ConvRNNF0Predictor")
    return OPENING.format(language="Qwen2LM") + FLOW_2 + vocoder


def make_model(folder: Path, edition: int = 3) -> Path:
    """Write a model into ``folder/cosyvoice3-tiny``, or 2, and return that folder."""
    home = folder / f"cosyvoice{edition}-tiny"
    qwen = home / "CosyVoice-BlankEN"
    qwen.mkdir(parents=True)
    (home / f"cosyvoice{edition}.yaml").write_text(describe(edition))
    shape = {
        "model_type": "qwen2",
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 320,
        "rope_theta": 1_000_000.0,
    }
    (qwen / "config.json").write_text(json.dumps(shape))
    _write_vocabulary(qwen)
    _write_weights(home, edition)
    _write_codec(home / f"speech_tokenizer_v{edition}.onnx")
    _write_embedder(home / "campplus.onnx")
    name = f"cosyvoice{edition}"
    card = {"id": home.name, "engine": name, "family": name, "revision": "1"}
    (home / "model.json").write_text(json.dumps(card | {"languages": ["en", "zh"], "licence": "Apache-2.0"}))
    return home


def shapes(edition: int = 3) -> dict[str, dict[str, tuple[int, ...]]]:
    """Return the shape of every weight by file and name."""
    found: dict[str, dict[str, tuple[int, ...]]] = {}
    for line in Path(__file__).with_name(f"keys{edition}.txt").read_text().splitlines():
        if not line.startswith("#"):
            file, name, shape = line.split()
            found.setdefault(file, {})[name] = tuple(map(int, shape.split("x")))
    return found


def _write_weights(home: Path, edition: int) -> None:
    import torch

    chance = torch.Generator().manual_seed(3)
    for file, wanted in shapes(edition).items():
        state = {name: _weight(name, shape, chance) for name, shape in wanted.items()}
        if "llm_decoder.weight" in state:  # a speech ends as soon as it may: as long as its text wants
            state["llm_decoder.weight"][6561:] *= ENDS
        if "llm_decoder.bias" in state:
            state["llm_decoder.bias"][6561:] += 30.0
        torch.save(state, home / file)


def _weight(name: str, shape: tuple[int, ...], chance: Any) -> Any:
    """Return numbers by which signals neither die nor burst, and a pitch of a hundred hertz and more."""
    import torch

    if name.endswith("inv_freq"):
        return 10_000.0 ** (-torch.arange(0, 16, 2) / 16)
    centre, spread = _about(name, shape)
    return centre + spread * torch.randn(shape, generator=chance)


def _about(name: str, shape: tuple[int, ...]) -> tuple[float, float]:
    """Return the mean of a weight and how far it strays."""
    inputs = shape[-1] * (shape[1] if len(shape) == 3 else 1)
    known = {
        "decoder.estimator.proj_out.weight": (0.0, 0.03),
        "decoder.estimator.final_proj.weight": (0.0, 0.3),
        "f0_predictor.classifier.bias": (120.0, 0.1),
        "f0_predictor.classifier.weight": (0.0, 20.0),
        "conv_post.parametrizations.weight.original0": (0.05, 0.01),
    }
    if name.endswith("attn_norm.linear.weight"):
        return (0.0, 0.03)  # more of it, and ten steps make much of the last digit
    is_norm = len(shape) == 1 and name.endswith("weight")
    ends = {"alpha": 1.0, "original0": 0.8, "bias": 0.0}
    if is_norm:
        return (1.0, 0.1)
    is_table = "embed" in name and len(shape) == 2 and "out." not in name and "proj" not in name
    is_table = is_table and "affine" not in name and "mlp" not in name
    found = next((centre for end, centre in ends.items() if name.endswith(end)), None)
    usual = (0.0, max(1, inputs) ** -0.5) if found is None else (found, 0.1)
    return known.get(name, (0.0, 1.0) if is_table else usual)


def _write_vocabulary(folder: Path) -> None:
    from tokenizers import Tokenizer as Tokens
    from tokenizers import models, pre_tokenizers, trainers

    tokens = Tokens(models.BPE())
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokens.pre_tokenizer = byte_level
    trainer = trainers.BpeTrainer(vocab_size=290, initial_alphabet=byte_level.alphabet(), show_progress=False)
    tokens.train_from_iterator(["You are a helpful assistant. The lamp was lit. Who goes there?"], trainer)
    tokens.model.save(str(folder))


def _write_codec(file: Path) -> None:
    """Write a network that makes a token of every four frames: how loud they are, more or less."""
    from onnx import TensorProto, helper

    nodes = [
        helper.make_node("ReduceMean", ["feats"], ["level"], axes=[1], keepdims=1),
        helper.make_node("AveragePool", ["level"], ["four"], kernel_shape=[4], strides=[4]),
        helper.make_node("Mul", ["four", "many"], ["large"]),
        helper.make_node("Abs", ["large"], ["positive"]),
        helper.make_node("Cast", ["positive"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Mod", ["whole", "ids"], ["indices"]),
    ]
    constants = [
        helper.make_tensor("many", TensorProto.FLOAT, [], [99_991.0]),
        helper.make_tensor("ids", TensorProto.INT64, [], [6561]),
    ]
    inputs = [
        helper.make_tensor_value_info("feats", TensorProto.FLOAT, [1, 128, "frames"]),
        helper.make_tensor_value_info("feats_length", TensorProto.INT32, [1]),
    ]
    outputs = [helper.make_tensor_value_info("indices", TensorProto.INT64, [1, 1, "tokens"])]
    _save(helper.make_graph(nodes, "codec", inputs, outputs, constants), file)


def _write_embedder(file: Path) -> None:
    """Write a network that makes 192 numbers of the mean frame."""
    from onnx import TensorProto, helper, numpy_helper

    mix = np.random.default_rng(4).standard_normal((80, 192)).astype(np.float32)
    nodes = [
        helper.make_node("Mul", ["input", "input"], ["power"]),
        helper.make_node("ReduceMean", ["power"], ["mean"], axes=[1], keepdims=0),
        helper.make_node("MatMul", ["mean", "mix"], ["output"]),
    ]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, "frames", 80])]
    outputs = [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 192])]
    _save(helper.make_graph(nodes, "embedder", inputs, outputs, [numpy_helper.from_array(mix, "mix")]), file)


def _save(graph: Any, file: Path) -> None:
    import onnx
    from onnx import helper

    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    model.ir_version = 9
    onnx.save(model, str(file))
