"""The tests' own orders: POST, GET and DELETE /_script, GET /_ledger, GET /_counts."""

from .scripts import read_script
from .shop import Shop
from .web import Reply, Request, answer

COUNTS = ("posts", "accepts", "in_flight", "max_in_flight")


def obey(shop: Shop, request: Request) -> Reply:
    shop.store.settle()
    match request.method, request.path:
        case "POST", "/_script":
            try:
                return answer({"script": shop.scripts.add(read_script(request.json()))})
            except ValueError as odd:
                return answer({"error": str(odd)}, 400)
        case "GET", "/_script":
            return answer(shop.scripts.used())
        case "DELETE", "/_script":
            shop.scripts.clear()
            return answer({})
        case "GET", "/_ledger":
            return ledger(shop, request.one("since", "0"))
        case "GET", "/_counts":
            return answer({name: getattr(shop.store, name) for name in COUNTS})
    return answer({"error": f"There is no {request.method} {request.path}."}, 404)


def ledger(shop: Shop, since: str) -> Reply:
    if not (since.isascii() and since.isdigit()):
        return answer({"error": "“since” is the number of lines that are known already"}, 400)
    lines = shop.ledger.lines[int(since) :]
    return Reply(200, b"[" + b",".join(lines) + b"]", {"Content-Type": "application/json"})
