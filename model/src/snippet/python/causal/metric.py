def later_years(probabilities, prompt):
    """p(two-digit years later than the one named YY) − p(the other ones), of those that are one token."""
    encoding = tokenizer(prompt["text"], return_offsets_mapping=True, add_special_tokens=False)
    [first, *_] = [span for span in encoding["offset_mapping"] if span[1] > prompt["positions"]["YY"]]
    first = int(prompt["text"][slice(*first)])
    spelled = [tokenizer.encode(f"{prompt['answer'][:-2]}{year:02}", add_special_tokens=False) for year in range(100)]
    signed = [probabilities[ids[0]] * (1 if year > first else -1) for year, ids in enumerate(spelled) if len(ids) == 1]
    return torch.stack(signed).sum()


def metric_of(logits, prompt, clean):
    """What is measured of a run with these logits at its last token; `clean` are the clean run's."""
    log_probabilities = logits.log_softmax(-1)
    if METRIC == "logit_diff":
        return contrast(logits, prompt)
    if METRIC == "kl":
        clean = clean.log_softmax(-1)
        return (clean.exp() * (clean - log_probabilities)).sum()
    if METRIC == "later_years":
        return later_years(log_probabilities.exp(), prompt)
    [answer] = tokenizer.encode(prompt["answer"], add_special_tokens=False)
    if METRIC == "probability":
        return log_probabilities[answer].exp()
    [distractor] = tokenizer.encode(prompt["distractor"], add_special_tokens=False)
    return log_probabilities[answer].exp() - log_probabilities[distractor].exp()
