first = steps.iloc[0]
values = pd.Series(
    {
        "rank": first["rank"],
        "logit": first["logit"],
        "probability": first["probability"],
        "tokens": len(steps),
        "joint_probability": steps["probability"].prod(),
    }
)
