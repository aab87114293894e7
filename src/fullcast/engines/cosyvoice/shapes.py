"""How large a model is, as the files beside its weights say: ``cosyvoice3.yaml`` and Qwen2's configuration.

The YAML is of HyperPyYAML, whose tags name Python to be called. Here nothing is called: a tag is kept as a
word, and only numbers are taken.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml

from fullcast.engines.checkpoints import broken_file
from fullcast.engines.cosyvoice.facts import QWEN_FOLDER, Edition

_TAG = "tag of HyperPyYAML"
_REFERENCE = re.compile(r"<(\w+)>")

T = TypeVar("T", int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageShape:
    """Of the language model: Qwen2 with speech tokens as its words."""

    width: int
    layers: int
    heads: int
    key_heads: int
    """Heads of keys and values, shared by groups of heads."""
    feed: int
    """Width inside the feed-forward layers."""
    texts: int
    """Rows of the table of text tokens."""
    speech: int
    """Speech tokens of the codec; ids from here on are marks."""
    marks: int = 200
    """Ids behind the speech tokens: every one of them ends the speech."""
    own_marks: bool = False
    """Whether the marks before and behind a text have a table of their own, as in CosyVoice 2."""
    rope_base: float = 1_000_000.0
    epsilon: float = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplingShape:
    """Of repetition-aware sampling (VALL-E 2, section 3.2)."""

    top_p: float = 0.8
    top_k: int = 25
    window: int = 10
    """Last tokens among which a repetition is looked for."""
    share: float = 0.1
    """Share of the window that one token may have before another is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowShape:
    """Of a flow that turns speech tokens into a mel spectrogram."""

    tokens: int
    """Speech tokens of the codec."""
    mels: int
    speaker: int
    """Numbers of a speaker's embedding."""
    ratio: int
    """Mel frames of a token."""
    ahead: int = 3
    """Tokens that are looked at ahead."""
    guidance: float
    steps: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffusionFlowShape(FlowShape):
    """Of the flow of CosyVoice 3."""

    ahead_width: int
    width: int
    depth: int
    heads: int
    head: int
    """Width of a head."""
    feed: int
    """Width inside the feed-forward layers, as a multiple."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConformerFlowShape(FlowShape):
    """Of the flow of CosyVoice 2."""

    width: int
    heads: int
    feed: int
    """Width inside the feed-forward layers."""
    blocks: int
    """Before the tokens' rate is doubled."""
    up_blocks: int = 4
    """Behind it."""
    channels: int
    """Width of the network."""
    network_heads: int
    network_head: int
    network_blocks: int
    """Of attention in a stage."""
    network_middle: int
    """Stages between the first and the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VocoderShape:
    """Of the vocoder that turns a mel spectrogram into a wave."""

    mels: int
    width: int
    harmonics: int
    rate: int
    sine: float
    """Amplitude of the source's sines."""
    noise: float
    """Standard deviation of the source's noise where it is voiced."""
    threshold: float
    """Hertz above which a frame is voiced."""
    rates: tuple[int, ...]
    kernels: tuple[int, ...]
    fft: int
    hop: int
    blocks: tuple[tuple[int, tuple[int, ...]], ...]
    """Kernel and dilations of each residual block."""
    source_blocks: tuple[tuple[int, tuple[int, ...]], ...]
    slope: float
    limit: float
    """Amplitude that no sample exceeds."""
    ahead: int
    """Mel frames that are looked at ahead; 0 is CosyVoice 2, whose convolutions look both ways."""
    pitch_width: int

    @property
    def frame(self) -> int:
        """Samples of a mel frame."""
        return math.prod(self.rates) * self.hop


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Of all parts."""

    language: LanguageShape
    sampling: SamplingShape
    flow: FlowShape
    vocoder: VocoderShape


def read_shapes(folder: Path, edition: Edition) -> Shapes:
    """Read the shapes of the model in a folder.

    Raises:
        SetupError: If a file is missing, or is that of another model.
    """
    file = folder / edition.model_file
    document = _read_yaml(file)
    qwen_file = folder / QWEN_FOLDER / "config.json"
    try:
        qwen = json.loads(qwen_file.read_bytes())
    except (OSError, ValueError) as error:
        raise broken_file(qwen_file, f"it cannot be read: {error}", folder=folder) from error
    try:
        language = _part(document, "llm", edition.language_class)
        flow = _part(document, "flow", edition.flow_class)
        vocoder = _part(document, "hift", edition.vocoder_class)
        return Shapes(
            language=_language(language, qwen, edition),
            sampling=_sampling(language["sampling"]),
            flow=_diffusion(flow) if edition.is_third else _conformer(flow),
            vocoder=_vocoder(vocoder),
        )
    except KeyError as error:
        raise broken_file(file, f"it does not say {error.args[0]}") from error
    except (TypeError, ValueError) as error:
        raise broken_file(file, str(error)) from error


def _language(part: Mapping[str, Any], qwen: Mapping[str, Any], edition: Edition) -> LanguageShape:
    if qwen.get("model_type", "qwen2") != "qwen2":
        raise ValueError(f"its language model is {qwen['model_type']} and not qwen2")
    rope = qwen.get("rope_theta") or qwen.get("rope_parameters", {}).get("rope_theta", 1_000_000.0)
    return LanguageShape(
        width=int(qwen["hidden_size"]),
        layers=int(qwen["num_hidden_layers"]),
        heads=int(qwen["num_attention_heads"]),
        key_heads=int(qwen["num_key_value_heads"]),
        feed=int(qwen["intermediate_size"]),
        texts=int(qwen["vocab_size"]),
        speech=int(part["speech_token_size"]),
        marks=200 if edition.is_third else 3,
        own_marks=not edition.is_third,
        rope_base=float(rope),
        epsilon=float(qwen.get("rms_norm_eps", 1e-6)),
    )


def _sampling(part: Mapping[str, Any]) -> SamplingShape:
    return SamplingShape(
        top_p=float(part["top_p"]),
        top_k=int(part["top_k"]),
        window=int(part["win_size"]),
        share=float(part["tau_r"]),
    )


def _flow(part: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the flows of both have."""
    return {
        "tokens": int(part["vocab_size"]),
        "mels": int(part["output_size"]),
        "speaker": int(part["spk_embed_dim"]),
        "ratio": int(part["token_mel_ratio"]),
        "guidance": float(part["decoder"]["cfm_params"]["content"]["inference_cfg_rate"]),
    }


def _diffusion(part: Mapping[str, Any]) -> DiffusionFlowShape:
    network, ahead = part["decoder"]["estimator"], part["pre_lookahead_layer"]
    return DiffusionFlowShape(
        **_flow(part),
        ahead=int(ahead["pre_lookahead_len"]),
        ahead_width=int(ahead["channels"]),
        width=int(network["dim"]),
        depth=int(network["depth"]),
        heads=int(network["heads"]),
        head=int(network["dim_head"]),
        feed=int(network["ff_mult"]),
    )


def _conformer(part: Mapping[str, Any]) -> ConformerFlowShape:
    network, encoder = part["decoder"]["estimator"], part["encoder"]
    (channels,) = _numbers(network["channels"])
    return ConformerFlowShape(
        **_flow(part),
        width=int(encoder["output_size"]),
        heads=int(encoder["attention_heads"]),
        feed=int(encoder["linear_units"]),
        blocks=int(encoder["num_blocks"]),
        channels=channels,
        network_heads=int(network["num_heads"]),
        network_head=int(network["attention_head_dim"]),
        network_blocks=int(network["n_blocks"]),
        network_middle=int(network["num_mid_blocks"]),
    )


def _vocoder(part: Mapping[str, Any]) -> VocoderShape:
    pitch = part["f0_predictor"]
    return VocoderShape(
        mels=int(part["in_channels"]),
        width=int(part["base_channels"]),
        harmonics=int(part["nb_harmonics"]),
        rate=int(part["sampling_rate"]),
        sine=float(part["nsf_alpha"]),
        noise=float(part["nsf_sigma"]),
        threshold=float(part["nsf_voiced_threshold"]),
        rates=_numbers(part["upsample_rates"]),
        kernels=_numbers(part["upsample_kernel_sizes"]),
        fft=int(part["istft_params"]["n_fft"]),
        hop=int(part["istft_params"]["hop_len"]),
        blocks=_blocks(part["resblock_kernel_sizes"], part["resblock_dilation_sizes"]),
        source_blocks=_blocks(part["source_resblock_kernel_sizes"], part["source_resblock_dilation_sizes"]),
        slope=float(part["lrelu_slope"]),
        limit=float(part["audio_limit"]),
        ahead=int(part.get("conv_pre_look_right", 0)),
        pitch_width=int(pitch["cond_channels"]),
    )


def _numbers(value: list[Any]) -> tuple[int, ...]:
    return tuple(int(number) for number in value)


def _blocks(kernels: list[Any], dilations: list[Any]) -> tuple[tuple[int, tuple[int, ...]], ...]:
    return tuple((int(kernel), _numbers(several)) for kernel, several in zip(kernels, dilations, strict=True))


def _part(document: Mapping[str, Any], name: str, wanted: str) -> Mapping[str, Any]:
    part: Mapping[str, Any] = document[name]
    if part[_TAG] != wanted:
        raise ValueError(f"its {name} is {part[_TAG]} and not {wanted}")
    return part


class _Loader(yaml.SafeLoader):
    """Plain YAML; tags become words."""


def _construct(loader: _Loader, tag: str, node: yaml.Node) -> Any:  # noqa: ANN401 - whatever the YAML holds
    if isinstance(node, yaml.MappingNode):
        return {**loader.construct_mapping(node, deep=True), _TAG: tag.partition(":")[2]}
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    value = loader.construct_scalar(node)  # type: ignore[arg-type] # the third kind of node
    return _Reference(value) if tag == "ref" else value


_Loader.add_multi_constructor("!", _construct)


class _Reference(str):
    """A value that stands elsewhere: ``<chunk_size> * <token_mel_ratio>``."""

    __slots__ = ()


def _read_yaml(file: Path) -> Mapping[str, Any]:
    try:
        document = yaml.load(file.read_bytes(), Loader=_Loader)  # noqa: S506 - a safe loader
    except OSError as error:
        raise broken_file(file, f"it cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise broken_file(file, f"it is no YAML: {error}") from error
    if not isinstance(document, dict):
        raise broken_file(file, "it is no mapping")
    found: Mapping[str, Any] = _resolved(document, document)
    return found


def _resolved(value: Any, document: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever the YAML holds
    """Return a value with what it refers to; products of numbers and whole parts stay out."""
    if isinstance(value, dict):
        return {key: _resolved(item, document) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, document) for item in value]
    if isinstance(value, _Reference) and (whole := _REFERENCE.fullmatch(value.strip())):
        found = document.get(whole[1])
        return found if isinstance(found, int | float | str) else str(value)
    return value
