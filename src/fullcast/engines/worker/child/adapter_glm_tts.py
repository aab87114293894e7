"""GLM-TTS: ``glmtts_inference.py`` of zai-org/GLM-TTS.

Traps: its paths are relative, so the folder must be its own; the tokenizer of recordings wants CUDA; with
its cache a text's parts depend on each other; its front end eats dashes and reads "/" aloud.
"""

from __future__ import annotations

import os
import sys

import loop

PACKAGES = ("torch", "transformers", "numpy")


def open_engine(options):
    """Load the models."""
    sys.path.insert(0, options["checkout"])
    os.chdir(as_it_expects(options["checkout"], options["model"], options["scratch"]))
    import glmtts_inference

    parts = glmtts_inference.load_models(use_phoneme=False, sample_rate=24000)
    return Speaker(glmtts_inference, parts, options["device"])


def as_it_expects(checkout, model, scratch):
    """Return a folder with the source and, as ``ckpt``, the weights: its paths are relative to both."""
    home = os.path.join(scratch, "glm-tts")
    os.makedirs(home)
    for name in os.listdir(checkout):
        if name not in (".git", "ckpt"):
            os.symlink(os.path.join(checkout, name), os.path.join(home, name))
    os.symlink(model, os.path.join(home, "ckpt"))
    return home


class Speaker(loop.OneByOne):
    """Loaded models; what they make of a recording is kept for the voice."""

    def __init__(self, module, parts, device):
        self._module = module
        self._frontend, self._text_frontend, _, self._llm, self._flow = parts
        self._device = device
        self._prompts = {}

    def record_one(self, item):
        """Return an item's sound and its rate."""
        voice = item["voice"]
        key = (voice["reference"], voice["transcript"])
        if key not in self._prompts:
            self._prompts[key] = self._prepare(voice)
        prompt = self._prompts[key]
        loop.seed_all(item["seed"])
        text = self._text_frontend.text_normalize(clean(item["text"]))
        cache = {key: [] for key in ("cache_text", "cache_text_token", "cache_speech_token")}
        cache["cache_text"].append(prompt["text"])
        cache["cache_text_token"].append(prompt["text_token"])
        cache["cache_speech_token"].append(prompt["speech_token_list"])
        cache["use_cache"] = False
        sound, _, _, _ = self._module.generate_long(
            frontend=self._frontend,
            text_frontend=self._text_frontend,
            llm=self._llm,
            flow=self._flow,
            text_info=[item["id"], text],
            cache=cache,
            device=self._device,
            embedding=prompt["embedding"],
            seed=item["seed"] % 2**31,
            flow_prompt_token=prompt["flow_token"],
            speech_feat=prompt["speech_feat"],
        )
        return sound, 24000

    def _prepare(self, voice):
        """Return what the models derive from a recording and its words."""
        frontend, text = self._frontend, self._text_frontend.text_normalize(voice["transcript"]) + " "
        reference = voice["reference"]
        speech_token = frontend._extract_speech_token([reference])  # noqa: SLF001 - upstream has no other door
        import torch

        tokens = speech_token.squeeze().tolist()
        return {
            "text": text,
            "text_token": frontend._extract_text_token(text),  # noqa: SLF001
            "speech_token_list": tokens,
            "flow_token": torch.tensor([tokens], dtype=torch.int32).to(self._device),
            "speech_feat": frontend._extract_speech_feat(reference, sample_rate=24000),  # noqa: SLF001
            "embedding": frontend._extract_spk_embedding(reference),  # noqa: SLF001
        }


def clean(text):
    """Return a text without the signs that its front end reads as others: "/" as "per", "~" as "to"."""
    for sign, plain in (("/", " "), ("~", " "), ("—", ", "), ("–", ", ")):
        text = text.replace(sign, plain)
    return text
