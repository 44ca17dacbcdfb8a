import json

from cli.local.sample import VOCABULARY, activities_of, colleagues
from cli.local.vocabulary import read_words


def test_the_sample_is_the_same_everywhere() -> None:
    once = [activities_of(who) for who in colleagues()]
    assert once == [activities_of(who) for who in colleagues()]


def test_three_hundred_activities_of_people_in_four_jobs() -> None:
    people = colleagues()
    assert sum(len(activities_of(who)) for who in people) == 300
    assert len({who.job_role for who in people}) == 4
    assert {"analyst001", "trader001", "exec001"} <= {who.user for who in people}


def test_every_activity_has_a_key_of_its_own() -> None:
    keys = [a["request_id"] for who in colleagues() for a in activities_of(who)]
    assert len(set(keys)) == len(keys)


def test_every_activity_names_the_connection_and_has_no_open_slot() -> None:
    for activity in (a for who in colleagues() for a in activities_of(who)):
        assert activity["metadata"] == {"connection_id": "my-database"}
        assert "{" not in activity["query_text"]
        assert len(json.dumps(activity)) < 10_000


def test_the_vocabulary_knows_the_words_of_the_documents_examples() -> None:
    words = read_words(VOCABULARY)
    metrics = {m["name"] for m in words["metrics"]}
    assert {"profit", "revenue", "margin", "profit margin", "volume", "price"} <= metrics
    assert {"region", "product category", "quarter"} <= {d["name"] for d in words["dimensions"]}
    assert {"stock", "product"} <= {e["name"] for e in words["entities"]}
