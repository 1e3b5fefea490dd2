"""A hosting site against the RGESN criteria: evidence, supplier answers, questionnaire."""
