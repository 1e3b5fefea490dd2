"""Where files that are written once lie: a folder of this machine, or objects of a bucket."""
