"""I10, I11: a key goes to its own host, and no secret stands anywhere in clear."""

from .facts import Facts, Verdict
from .ledger import of_kind

SHORTEST = 6  # letters; anything shorter would be found by chance


def keys_stay_home(facts: Facts) -> Verdict:
    posts = of_kind(facts.ledger, "post")
    homes = {(account.key, account.host) for account in facts.accounts}
    known = {account.key for account in facts.accounts}
    wrong = []
    for post in posts:
        door = (post.get("key", ""), post.get("host", ""))
        if door not in homes:
            whose = "a known key" if door[0] in known else "an unknown key"
            wrong.append(f"POST {post['n']} carried {whose} ({door[0] or 'none'}) to {door[1] or 'no host'}")
    return Verdict("I10", len(posts), wrong)


def secrets_stay_secret(facts: Facts) -> Verdict:
    """The violations name the place, never the secret."""
    looked, wrong = 0, []
    for place, text in facts.texts:
        looked += 1
        if found := next((secret for secret in facts.secrets if secret in text), ""):
            wrong.append(f"{place} holds the secret {found[:3]}… of {len(found)} letters")
    return Verdict("I11", looked, wrong)


def canaries(words: str) -> list[str]:
    """The secrets of a list with commas. Raises ValueError for one that is too short to be searched for."""
    found = [word for word in words.split(",") if word]
    if short := [word for word in found if len(word) < SHORTEST]:
        raise ValueError(f"a canary needs at least {SHORTEST} letters, or it is found by chance: {short[0]!r}")
    return found
