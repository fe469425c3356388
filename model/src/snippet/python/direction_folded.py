def direction_of(prompt):
    """The direction in the residual stream that is asked about, and the unembedding bias's own part.

    The direction is a difference of W_U's columns, as model.tokens_to_residual_directions gives them. Without
    b_U, which notebooks leave out, the parts do not add up to the logit difference.
    """
    return contrast(model.W_U, prompt), contrast(model.b_U, prompt).item()


def attribute(cache, stack, direction):
    """What each component [n, 1, d_model] adds to the logit difference at the last token."""
    # centred and divided by the final norm's cached scale, as the whole residual stream is
    return (cache.apply_ln_to_stack(stack, layer=-1, pos_slice=-1)[:, 0] @ direction).double().numpy()
