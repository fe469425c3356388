def metric_of(logits, prompt, clean):
    """What is measured of a run with these logits at its last token; `clean` are the clean run's."""
    log_probabilities = logits.log_softmax(-1)
    if METRIC == "logit_diff":
        return contrast(logits, prompt)
    if METRIC == "kl":
        clean = clean.log_softmax(-1)
        return (clean.exp() * (clean - log_probabilities)).sum()
    [answer] = tokenizer.encode(prompt["answer"], add_special_tokens=False)
    if METRIC == "probability":
        return log_probabilities[answer].exp()
    [distractor] = tokenizer.encode(prompt["distractor"], add_special_tokens=False)
    return log_probabilities[answer].exp() - log_probabilities[distractor].exp()
