def lens(cache, prompt):
    """The residual stream before each layer, each with a norm of its own, in the asked direction, without the bias."""
    direction, _ = direction_of(prompt)
    stack, labels = cache.accumulated_resid(
        layer=-1, incl_mid=not model.cfg.parallel_attn_mlp, pos_slice=-1, return_labels=True, apply_ln=True
    )
    return (stack[:, 0] @ direction).double().numpy(), labels
