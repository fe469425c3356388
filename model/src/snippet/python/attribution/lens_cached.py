def lens(cache, prompt):
    """The residual stream before each layer, read in the asked direction, without the bias."""
    direction, _ = direction_of(prompt)
    # accumulated_resid(apply_ln=True) would compute a norm for each entry since TransformerLens 2.18; the cached
    # scale of the final norm is what makes the entries partial sums of one whole
    stack, labels = cache.accumulated_resid(
        layer=-1, incl_mid=not model.cfg.parallel_attn_mlp, pos_slice=-1, return_labels=True
    )
    return attribute(cache, stack, direction), labels
