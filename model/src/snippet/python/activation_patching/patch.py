from transformer_lens import patching


def patched(prompt, site, positions):
    """A pair's metric with one activation put from the donor into the base: [layer, position or head(, position)]."""
    (clean, corrupted), (clean_cache, corrupted_cache), measure, ends = ends_of(prompt)
    base, donor = (corrupted, clean_cache) if CLEAN_INTO_CORRUPTED else (clean, corrupted_cache)
    name = f"get_act_patch_{site}"
    if site in ("z", "q", "k", "v", "pattern"):
        # TransformerLens calls z what a head gives out
        site = "out" if site == "z" else site
        name = f"get_act_patch_attn_head_{site}_{'by_pos' if BY_POSITION else 'all_pos'}"
    cells = getattr(patching, name)(model, base, donor, measure)
    # by position TransformerLens has [layer, position, head], but for patterns [layer, head, position]
    cells = cells.transpose(1, 2) if cells.ndim == 3 and site != "pattern" else cells
    return cells if name.endswith("all_pos") else cells[..., positions], ends
