"""The screens of SobrIA: they display the results of the estimator, and compute nothing."""
