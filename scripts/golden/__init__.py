"""Golden output of SobrIA as text files, to compare two versions line by line."""
