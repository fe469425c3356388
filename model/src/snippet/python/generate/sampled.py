def draw(step):
    """A number in [0, 1) that depends on the seed, the prompt and the step alone."""
    digest = hashlib.sha256(f"{SEED}/{PROMPT}/{step}".encode()).digest()
    return (int.from_bytes(digest[:8], "big") >> 11) / 2**53


def continued(ids, hooks):
    """Tokens after `ids`, drawn by their probabilities at the temperature, until one ends the text."""
    tokens = []
    with model.hooks(fwd_hooks=hooks):
        while len(tokens) < MAX_TOKENS and (not tokens or tokens[-1] != tokenizer.eos_token_id):
            logits = model(torch.tensor([ids + tokens]))[0, -1].double()
            likeliest = logits.argsort(descending=True, stable=True)[:TOP_K]
            sums = ((logits[likeliest] - logits.max()) / TEMPERATURE).exp().cumsum(0)
            tokens.append(likeliest[sums > draw(len(tokens)) * sums[-1]][0].item())
    return tokens
