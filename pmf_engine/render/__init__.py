"""How reports, results, explanations, outcomes of examples and definitions look: a file or folder for each."""
