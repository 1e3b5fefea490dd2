"""Small mutations, put one by one in the code that makes the figures: which of them no test sees."""
