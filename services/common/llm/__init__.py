"""Language models, by any server that speaks OpenAI's chat completions: one way to ask them.

Whoever asks gets an answer of the asked shape within the asked time, or a ModelFailure that says
why not. No other part of Attune imports `openai` or keeps count of tokens.
"""
