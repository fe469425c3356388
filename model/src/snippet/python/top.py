def top(logits, count):
    """The likeliest tokens, from rank 0; the index is token ids."""
    probabilities = logits.softmax(-1)
    tokens = logits.argsort(descending=True, stable=True)[:count]
    columns = {
        "rank": range(len(tokens)),
        "token": [word(token) for token in tokens.tolist()],
        "logit": logits[tokens].numpy(),
        "probability": probabilities[tokens].numpy(),
    }
    return pd.DataFrame(columns, index=tokens.numpy())


def rank(logits, token):
    """How many tokens come before one, along the last axis."""
    return (logits > logits[..., token : token + 1]).sum(-1)
