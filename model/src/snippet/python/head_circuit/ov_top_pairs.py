values = top_pairs(ov_tokens, "source_token", "output_token")
