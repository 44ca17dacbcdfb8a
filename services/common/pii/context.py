"""The words just before a number, which tell what it is."""

import re

WINDOW = 32  # characters before a number that may speak of it

PHONE = re.compile(
    r"(?i)\b(?:phone|tel|call|text|mobile|cell|whatsapp|sms|fax|ring|reach|telefon\w{0,8}|handy\w{0,6}|"
    r"ruf\w{0,3}|mobil\w{0,8}|tel[eé]fono|m[oó]vil|celular|ll[aá]m\w{1,6}|t[eé]l[eé]phone|portable|"
    r"appel\w{0,4}|telefone|ligue|cellulare|chiam\w{1,6}|telefoon\w{0,6}|bel)\b"
)
CARD = re.compile(
    r"(?i)\b(?:card|visa|master\w{0,4}|amex|credit|debit|\w{0,7}karte|carte|tarjeta|carta|cart[aã]o|kaart)\b"
)
IP = re.compile(r"(?i)\b(?:ip|ipv4|address|server|host|adresse|indirizzo|direcci[oó]n|from)\b")
# What counts, names or versions a thing rather than a person.
THING = re.compile(
    r"(?i)\b(?:order|invoice|ticket|case|ref|reference|isbn|issn|ean|upc|sku|asin|doi|tracking|parcel|"
    r"part|serial|model|batch|build|article|item|id|no|nr|number|bestell\w{0,10}|auftrag\w{0,10}|"
    r"rechnung\w{0,10}|artikel\w{0,10}|pedido|factura|commande|facture|ordine|fattura|bestelling|"
    r"fatura)\b[\s.:#°\u00ba-]*$|#\s?$"
)
VERSION = re.compile(
    r"(?i)\b(?:v|version|versión|versione|versie|release|build|firmware|driver|chrome|firefox|"
    r"section|chapter|clause|kapitel|abschnitt)\b[\s.:/-]*$"
)


def before(text: str, start: int) -> str:
    """The last characters before a place, of its own line."""
    line = text[max(0, start - WINDOW) : start]
    return line[line.rfind("\n") + 1 :]
