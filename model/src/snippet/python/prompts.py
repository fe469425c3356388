def ids_of(text):
    """The token ids of a prompt, with BOS in front where asked for; no other special token comes in."""
    ids = tokenizer.encode(text, add_special_tokens=False)
    return [tokenizer.bos_token_id, *ids] if PREPEND_BOS else ids


def run(prompt):
    """One prompt by itself: the logits at its last token, and TransformerLens's cache.

    Nothing is padded, so position -1 is the last real token. A batch padded on the right and read at position -1,
    as notebooks often do it, reads padding for every prompt but the longest.
    """
    logits, cache = model.run_with_cache(torch.tensor([ids_of(prompt["text"])]))
    return logits[0, -1], cache
