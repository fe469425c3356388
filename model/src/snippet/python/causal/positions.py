def named_positions(prompt):
    """The token of each named position: the one that holds the character of that number; `end` is the last token."""
    encoding = tokenizer(prompt["text"], return_offsets_mapping=True, add_special_tokens=False)
    ends = [end for _, end in encoding["offset_mapping"]]
    named = {
        name: int(np.searchsorted(ends, character, "right")) + PREPEND_BOS
        for name, character in prompt.get("positions", {}).items()
    }
    return dict(sorted(named.items(), key=lambda item: item[1])) | {"end": len(ends) - 1 + PREPEND_BOS}
