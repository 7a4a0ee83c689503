# A ledger that is not for practice takes no pledge without a key yet.
enter ledger.open {"name": "La Vraie", "profile": "fr-scic-sa",
     "currency": "EUR", "clerk": "@key:clerk", "rules": 2, "statutes": {},
     "founders": [
        {"party": "@p:ana", "type": "person", "commitment": "@sha:ana",
         "key": "@key:ana"},
        {"party": "@p:bob", "type": "person", "commitment": "@sha:bob",
         "key": "@key:bob"}],
     "officers": [
        {"party": "@p:ana", "role": "chair", "key": "@key:ana"},
        {"party": "@p:bob", "role": "treasurer", "key": "@key:bob"}]}
    by ana bob clerk
enter campaign.open {"campaign": "@k:mill", "title": "The mill",
    "minimum": 1000, "mode": "keep", "opens": "2026-01-06T00:00:00Z",
    "closes": "2190-01-01T00:00:00Z", "settles": "2190-02-01T00:00:00Z",
    "budget": [{"amount": 1000, "code": "a", "required": true,
                "title": "All"}], "natures": [{"nature": "gift"}],
    "decision": {"body": "board", "date": "2026-01-02",
                 "sha256": "@sha:minutes"}} by ana bob
GET /real/campaigns/@k:mill/pledge
    < 200
    < .available = false
    < .needs_key = true
    < .token > token
GET /real/campaigns/@k:mill/pledge
    Accept: text/html
    < 200
    < text not available on this ledger yet
    < text terreau --ledger real pledge make
    < without <form
POST /real/pledges
    form campaign=@k:mill
    form token=$token
    form nature=gift
    form amount=10
    form on_failure=refund
    form name=Léo
    form email=leo@example.org
    form risk=yes
    < 409
    < .code = "rule-broken"
    < .detail ~ needs a key
# Its clock cannot be set.
note party.register {"party": "@p:leo", "type": "person", "auth": "key",
    "key": "@key:leo", "commitment": "@sha:leo"} by leo
POST /real/entries
    Terreau-Clock: 2026-03-01T00:00:00Z
    | $note
    < 400
    < .code = "bad-request"
