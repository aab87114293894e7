import os

from hum import hum, wav


class MegaTTS3DiTInfer:
    def __init__(
        self, device=None, ckpt_root="./checkpoints", dit_exp_name="diffusion_transformer",
        frontend_exp_name="aligner_lm", wavvae_exp_name="wavvae", dur_ckpt_path="duration_lm", g2p_exp_name="g2p",
        precision=None,
    ):  # fmt: skip
        assert os.path.isdir(ckpt_root), ckpt_root
        assert os.path.exists("tts/infer_cli.py"), "the current folder must be the checkout"
        self.sr = 24000
        self.prepared = 0

    def preprocess(self, audio_bytes, latent_file=None, topk_dur=1, **kwargs):
        assert audio_bytes[:4] == b"RIFF"
        assert latent_file is not None, "Please provide latent_file in WaveVAE decoder-only mode"
        assert os.path.exists(latent_file)
        self.prepared += 1
        assert self.prepared <= 2, "each voice is to be prepared once"
        return {"latent": latent_file}

    def forward(
        self, resource_context, input_text, time_step, p_w, t_w, dur_disturb=0.1, dur_alpha=1.0, **kwargs
    ):
        assert "latent" in resource_context
        assert "—" not in input_text
        return wav(hum(input_text, self.sr, pace=1.0 / dur_alpha), self.sr)
