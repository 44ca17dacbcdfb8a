"""Taking the template of a question."""

import time
from statistics import median

from bench.figures import Goal, Result, percentile
from bench.requests import questions
from bench.rows.bench import Bench
from bench.running import VOCABULARY
from services.suggestions.templates.extract import extract
from services.suggestions.templates.vocabulary import parse_vocabulary

TIMES = 30


def extraction(bench: Bench) -> Result:
    """One question after the other, in this process."""
    vocabulary = parse_vocabulary(VOCABULARY.read_text())
    texts = questions()
    for text in texts:
        extract(text, vocabulary)
    taken = []
    for _ in range(TIMES):
        for text in texts:
            began = time.perf_counter()
            extract(text, vocabulary)
            taken.append((time.perf_counter() - began) * 1000)
    p50, p95 = median(taken), percentile(taken, 0.95)
    return Result(
        "template",
        "Template of a question, p50",
        p50,
        "ms",
        Goal(0.2, 0.1, rising=False),
        f"p50 {p50:.3f}, p95 {p95:.3f} ms",
        notes=(f"{len(texts)} questions of samples/questions.txt, {len(vocabulary.terms)} terms",),
        details={"p50_ms": p50, "p95_ms": p95},
    )
