"""The method: equations, their checks and ordering, evaluation (central, draws, bounds), impact indicators,
steps, explanation, sensitivity, replay. User files are never read here."""
