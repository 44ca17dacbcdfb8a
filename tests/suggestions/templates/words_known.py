"""The vocabulary that the examples of the documents need, and some for the rules."""

from services.suggestions.templates.vocabulary import Vocabulary, parse_vocabulary

KNOWN: Vocabulary = parse_vocabulary(
    """
    [[metrics]]
    name = "revenue"
    synonyms = ["sales", "turnover"]
    [[metrics]]
    name = "profit"
    [[metrics]]
    name = "profit margin"
    synonyms = ["margin"]
    [[metrics]]
    name = "volume"
    [[metrics]]
    name = "price"
    [[metrics]]
    name = "revenue growth"
    derived = true
    [[metrics]]
    name = "30 day retention"
    [[metrics]]
    name = "orders"

    [[dimensions]]
    name = "region"
    values = ["north", "south east"]
    [[dimensions]]
    name = "product category"
    [[dimensions]]
    name = "product"
    [[dimensions]]
    name = "month"

    [[entities]]
    name = "stock"
    [[entities]]
    name = "product"
    [[entities]]
    name = "customer"
    [[entities]]
    name = "order"
    """
)
