scores = model.all_composition_scores(MODE)  # [earlier layer, earlier head, later layer, later head]
heads = model.all_head_labels()
layers = np.repeat(np.arange(model.cfg.n_layers), model.cfg.n_heads)
table = pd.DataFrame(scores.flatten(2).flatten(0, 1).T.numpy(), index=heads, columns=heads)
# pairs that cannot compose are empty; the first layer has no earlier heads, the last no later ones
earlier = layers[None, :] < layers[:, None]
values = table.where(earlier).loc[layers > 0, layers < model.cfg.n_layers - 1]
