from transformer_lens.head_detector import detect_head


def detect(prompt):
    """Every head's score on one prompt. Of several prompts at once detect_head would leave the options out."""
    # detect_head tokenizes by itself; this way it gets the same tokens as everything else
    model.to_tokens = lambda text: torch.tensor([ids_of(text)])
    return detect_head(
        model,
        prompt["text"],
        PATTERN,
        exclude_bos=EXCLUDE_BOS,
        exclude_current_token=EXCLUDE_CURRENT_TOKEN,
        error_measure=ERROR_MEASURE,
    )


scores = torch.stack([detect(prompt) for prompt in PROMPTS]).mean(0)
