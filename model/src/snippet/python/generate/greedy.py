# `generate` will not go without a tokenizer, and takes everything for padding where that is token 0; nothing is padded
tokenizer.pad_token = tokenizer.convert_ids_to_tokens(len(tokenizer) - 1)
model.tokenizer = tokenizer


def continued(ids, hooks):
    """The likeliest token after `ids`, and after that, and so on, until one ends the text."""
    end = tokenizer.eos_token_id
    with model.hooks(fwd_hooks=hooks):
        # every token anew, so that hooks see all positions
        options = dict(use_past_kv_cache=False, stop_at_eos=end is not None, eos_token_id=end, verbose=False)
        tokens = model.generate(torch.tensor([ids]), max_new_tokens=MAX_TOKENS, do_sample=False, **options)
    tokens = tokens[0, len(ids) :].tolist()
    return tokens[: tokens.index(end) + 1] if end in tokens else tokens
