"""A service that calls a model through the OpenAI client, and counts each call.

SOBRIA_COLLECT and SOBRIA_TOKEN say where the counts go; OPENAI_BASE_URL and OPENAI_API_KEY which model answers.
"""

from openai import OpenAI
from sobria_instrument import instrument

instrument("courrier")

answer = OpenAI().chat.completions.create(
    model="mistral-small-3.2",
    messages=[{"role": "user", "content": "When is the town hall open?"}],
)
print(answer.choices[0].message.content)
