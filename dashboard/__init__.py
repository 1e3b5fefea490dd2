"""The screens of SobrIA: they show what the estimator has computed, and compute nothing."""
