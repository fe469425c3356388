values = pd.Series(
    {
        "mlp_out": np.mean(wholes),
        "neurons": np.sum(rows, 1).mean(),
        "shown": mean[shown].sum(),
        "b_out": np.mean(biases),
        "residual_error": abs(np.array(wholes) - np.sum(rows, 1) - biases).max(),
    }
)
