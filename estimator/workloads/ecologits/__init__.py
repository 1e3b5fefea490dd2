"""Methods of others, each under its own name and version, reproduced with their faults and with these said."""
