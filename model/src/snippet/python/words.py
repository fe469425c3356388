def word(token):
    """A token as it stands in the text; an id without a string (vocabularies are padded) as [id]."""
    return tokenizer.decode([token], clean_up_tokenization_spaces=False) or f"[{token}]"
