import os

from hum import hum


class F5TTS:
    def __init__(
        self, model="F5TTS_v1_Base", ckpt_file="", vocab_file="", ode_method="euler", use_ema=True,
        vocoder_local_path=None, device=None, hf_cache_dir=None,
    ):  # fmt: skip
        assert os.path.basename(ckpt_file) == "model_1250000.safetensors"

    def infer(
        self, ref_file, ref_text, gen_text, show_info=print, progress=None, target_rms=0.1, cross_fade_duration=0.15,
        sway_sampling_coef=-1, cfg_strength=2, nfe_step=32, speed=1.0, fix_duration=None, remove_silence=False,
        file_wave=None, file_spec=None, seed=None,
    ):  # fmt: skip
        assert ref_text, "Whisper would be fetched"
        show_info("Generating")
        return hum(gen_text, 24000, pace=speed), 24000, None
