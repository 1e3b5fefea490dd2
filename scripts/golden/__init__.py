"""What SobrIA prints, written as text files, so that two versions are compared line by line."""
