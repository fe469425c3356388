# low-rank products that are never multiplied out
ov, qk = model.OV[LAYER, HEAD], model.QK[LAYER, HEAD]  # [d_model, d_model]
ov_tokens = model.W_E @ ov @ model.W_U  # [source token, output token]
qk_tokens = model.W_E @ qk @ model.W_E.T  # [query token, key token]
