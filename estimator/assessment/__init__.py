"""The method: equations, their checking and ordering, evaluation (central, draws, envelope), impact indicators,
steps, explanation, sensitivity, replay. No file of the user is read here."""
