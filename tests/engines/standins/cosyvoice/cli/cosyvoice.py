from hum import hum


class CosyVoice:
    def __init__(self, model_dir, load_jit=False, load_trt=False, fp16=False, trt_concurrent=1):
        self.sample_rate = 22050

    def list_available_spks(self):
        return ["中文女", "中文男", "日语男", "粤语女", "英文女", "英文男", "韩语女"]

    def inference_sft(self, tts_text, spk_id, stream=False, speed=1.0, text_frontend=True):
        assert stream is False
        if "DEAD THREAD" in tts_text:
            return
        half = len(tts_text) // 2
        for part in (tts_text[:half], tts_text[half:]):
            yield {"tts_speech": hum(part, 22050, pace=speed)[None]}
