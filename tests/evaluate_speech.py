"""Measures the bundled speech model and writes tests/results/speech.json; the card quotes it.

Needs ctranslate2, scikit-learn and the third-party data sets. The emotion classifier is trained on
GoEmotions only: it has seen neither the corpus nor the model. What it finds in the model's lines is compared
with what it finds in the phrase bank, which was written apart from the corpus (its ceiling).

    python tests/evaluate_speech.py [--lines 10000] [--folder python/emomas/speech/bundled]
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from speech_measures import Trigram, distinct, self_bleu, spans, stream_texts
from speech_sampling import BUNDLED, NUMBER, SLOT, Model, requests, slots_right
from test_words import FORBIDDEN

from emomas.speech.book import DOMAINS, agent_book, counterpart_book
from emomas.speech.corpus.samples import draw, line_for
from emomas.speech.request import Request, encode, split_slots
from emomas.speech.words import EMOTIONS

DATA = Path(os.environ.get("EMOMAS_DATA_SETS", Path(__file__).parents[2] / "shared" / "data"))
RESULTS = Path(__file__).parent / "results" / "speech.json"
BANK = Path(__file__).parent / "fixtures" / "phrase_bank.txt"


def goemotions(file: str, data: Path) -> tuple[list[str], list[str]]:
    """Comments with a single one of the seven emotions, by the Ekman mapping of the data set."""
    folder = data / "goemotions"
    names = (folder / "labels.txt").read_text().split()
    groups = json.loads((folder / "ekman_mapping.json").read_text())
    ekman = {fine: coarse for coarse, fines in groups.items() for fine in fines} | {"neutral": "neutral"}
    texts, labels = [], []
    with (folder / file).open(encoding="utf-8") as table:
        for text, marks, _ in csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
            found = {ekman[names[int(mark)]] for mark in marks.split(",")}
            if len(found) == 1:
                texts.append(text)
                labels.append(found.pop())
    return texts, labels


def classifier(texts: list[str], labels: list[str]) -> Any:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    words = TfidfVectorizer(
        ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=r"(?u)\b\w[\w']*\b|[!?]"
    )
    model = LogisticRegression(C=4.0, class_weight="balanced", max_iter=200, tol=1e-3)
    return make_pipeline(words, model).fit([plain(text) for text in texts], labels)


def plain(line: str) -> str:
    """Placeholders say nothing about feeling or act."""
    return SLOT.sub("that", line)


def phrase_bank() -> dict[str, list[str]]:
    bank: dict[str, list[str]] = {}
    for line in BANK.read_text(encoding="utf-8").splitlines():
        if line.startswith("= "):
            bank[line[2:]] = found = []
        elif line and line[0] != "#":
            found.append(line)
    return bank


def emotion_control(drawn: list[Request], lines: list[str], data: Path) -> dict[str, Any]:
    """Recall of the intended emotion, and its share of the ceiling, by role and intensity."""
    model = classifier(*goemotions("train.tsv", data))
    texts, labels = goemotions("dev.tsv", data)
    guess = model.predict([plain(text) for text in texts])
    recall = [np.mean(guess[np.array(labels) == e] == e) for e in EMOTIONS]
    bank = phrase_bank()
    ceiling = {emotion: float(np.mean(model.predict(bank[emotion]) == emotion)) for emotion in EMOTIONS}
    found = model.predict([plain(line) for line in lines])
    groups: defaultdict[str, defaultdict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for request, emotion in zip(drawn, found, strict=True):
        key = f"{request.role}, intensity {request.intensity}"
        groups[key][request.emotion].append(emotion == request.emotion)
    table = {
        key: {emotion: round(float(np.mean(hits[emotion])), 3) for emotion in EMOTIONS}
        for key, hits in sorted(groups.items())
    }
    macro = float(np.mean(list(ceiling.values())))
    return {
        "classifier_macro_recall_goemotions_dev": round(float(np.mean(recall)), 3),
        "ceiling": {emotion: round(value, 3) for emotion, value in ceiling.items()},
        "ceiling_macro": round(macro, 3),
        "recall": table,
        "share_of_ceiling": {
            key: round(float(np.mean(list(row.values()))) / macro, 3) for key, row in table.items()
        },
    }


def act_control(drawn: list[Request], lines: list[str]) -> dict[str, Any]:
    """Recall of the intended act by a classifier of the templates' acts, and by one of corpus lines."""
    result: dict[str, Any] = {}
    for role, book in (("agent", agent_book), ("counterpart", counterpart_book)):
        texts, acts = [], []
        for domain in DOMAINS:
            for path, variants in book(domain).items():
                if path.startswith("act."):
                    texts += [variant.text for variant in variants]
                    acts += [path.split(".")[1]] * len(variants)
        rng = random.Random(f"acts {role}")
        corpus = [request for request in (draw(rng) for _ in range(16_000)) if request.role == role]
        own = classifier([line_for(rng, r) for r in corpus[:6000]], [r.act for r in corpus[:6000]])
        fresh = corpus[6000:7500]
        model = classifier(texts, acts)
        mine = [(r, line) for r, line in zip(drawn, lines, strict=True) if r.role == role]
        said, wanted = [plain(line) for _, line in mine], np.array([r.act for r, _ in mine])
        ceiling = own.predict([plain(line_for(rng, r)) for r in fresh]) == np.array([r.act for r in fresh])
        result[role] = {
            "templates_classifier": round(float(np.mean(model.predict(said) == wanted)), 3),
            "corpus_classifier": round(float(np.mean(own.predict(said) == wanted)), 3),
            "corpus_classifier_on_fresh_corpus_lines": round(float(np.mean(ceiling)), 3),
        }
    return result


def fluency(model: Model, lines: list[str]) -> dict[str, Any]:
    """Perplexity per token against a trigram, and variety against trigram, templates and corpus."""
    rng = random.Random("evaluation fluency")
    held_out = [(r, line_for(rng, r)) for r in (draw(rng) for _ in range(1500))]
    rng = random.Random("trigram")
    trigram = Trigram(model.tokenizer.end)

    def ids(line: str) -> list[int]:
        return [*model.tokenizer.encode_prompt(split_slots(line)), model.tokenizer.end]

    def head(request: Request) -> list[int]:
        return model.tokenizer.encode_prompt(encode(request)[1:4])

    for _ in range(60_000):
        request = draw(rng)
        trigram.learn(head(request), ids(line_for(rng, request)))
    said = [model.logprobs(request, ids(line)) for request, line in held_out]
    tokens = sum(map(len, said))
    sampled = [model.tokenizer.decode(trigram.sample(rng, head(draw(rng)))) for _ in range(1000)]
    books = [book(domain) for domain in DOMAINS for book in (agent_book, counterpart_book)]
    templates = {variant.text for book in books for variants in book.values() for variant in variants}
    corpus = [line for _, line in held_out[:1000]]
    variety = {
        name: {
            "distinct_1": round(distinct(some, 1), 3),
            "distinct_2": round(distinct(some, 2), 3),
            "self_bleu_4": round(self_bleu(some, 300), 3),
        }
        for name, some in (
            ("model", lines[:1000]),
            ("trigram", sampled),
            ("templates", rng.sample(sorted(templates), 1000)),
            ("corpus", corpus),
        )
    }
    trigram_nats = sum(trigram.nats(head(r), ids(line)) for r, line in held_out)
    return {
        "held_out_tokens": tokens,
        "perplexity": {
            "model": round(float(np.exp(-sum(map(sum, said)) / tokens)), 2),
            "trigram": round(float(np.exp(trigram_nats / tokens)), 2),
        },
        "variety_of_1000": variety,
    }


def memorised(lines: list[str], data: Path) -> list[str]:
    """Spans of 12 words that are in a line and in a data set."""
    own = {span for line in lines for span in spans(line, 12)}
    return sorted({span for text in stream_texts(data) for span in spans(text, 12) if span in own})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=10_000)
    parser.add_argument("--folder", type=Path, default=BUNDLED)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    model = Model(options.folder)
    drawn = requests("report", options.lines)
    began = time.perf_counter()
    lines = model.lines(drawn)
    seconds = time.perf_counter() - began
    right = [slots_right(request, line) for request, line in zip(drawn, lines, strict=True)]
    wrong = Counter((r.role, r.act) for r, good in zip(drawn, right, strict=True) if not good)
    result = {
        "lines": len(lines),
        "distinct_lines": len(set(lines)),
        "seconds_in_batches_of_64": round(seconds, 1),
        "slots_right": round(sum(right) / len(right), 4),
        "slots_wrong_by_act": {f"{role} {act}": n for (role, act), n in wrong.most_common(8)},
        "lines_with_numbers": sum(bool(NUMBER.search(SLOT.sub("", line))) for line in lines),
        "agent_lines_with_pressure": sum(
            bool(FORBIDDEN.search(line)) for r, line in zip(drawn, lines, strict=True) if r.role == "agent"
        ),
        "openings_without_disclosure": sum(
            r.act == "open" and "automated assistant" not in line
            for r, line in zip(drawn, lines, strict=True)
        ),
        "memorised_spans": len(memorised(lines, options.data)),
        "emotion": emotion_control(drawn, lines, options.data),
        "act": act_control(drawn, lines),
        "fluency": fluency(model, lines),
    }
    options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    json.dump(result, sys.stdout, indent=2)


if __name__ == "__main__":
    main()
