"""Documents about one use case: the resident's sheet, the evaluation of a stopped use, SCI, the file of evidence."""
