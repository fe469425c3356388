def lens(cache, prompt):
    """The residual stream before each layer, each with a norm of its own, in the asked direction, without the bias."""
    stack, labels = cache.accumulated_resid(
        layer=-1, incl_mid=not model.cfg.parallel_attn_mlp, pos_slice=-1, return_labels=True, apply_ln=True
    )
    # the norm's weight and bias are in the stack; its bias belongs to the bias of the whole
    return ((stack[:, 0] - model.ln_final.b) @ contrast(model.W_U, prompt)).double().numpy(), labels
