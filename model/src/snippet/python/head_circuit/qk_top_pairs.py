values = top_pairs(qk_tokens, "query_token", "key_token")
