"""Documents about one use case: the resident's sheet, the evaluation of a stopped use, SCI, evidence of frugality."""
