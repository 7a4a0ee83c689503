# A ledger that is not for practice takes pledges, and does not say it is one.
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
    < .ledger.trial = false
    < .open = true
    < .nature = "gift"
GET /real/campaigns/@k:mill/pledge
    Accept: text/html
    < 200
    < text <form method="post" action="/real/pledges
    < without For practice only
POST /real/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=10
    form on_failure=refund
    form given=Léo
    form family=Petit
    form email=leo@real.example
    form consent=yes
    < 201
    < .draft > draft
GET $draft
    < 200
    < .action > action
POST $action
    form how=email
    < 202
mailed leo@real.example (/confirm/\S+) > link
GET /real
    < .head.size = 2
POST $link
    Content-Type: application/x-www-form-urlencoded
    Accept: text/html
    < 303
    < location: /real/pledges/g-*
    < header location > page
GET /real
    < .head.size = 4
GET $page
    < 200
    < .state = "awaiting_funds"
    < .amount = 1000
GET $page
    Accept: text/html
    < 200
    < without For practice only|Petit|real\.example
# Its clock cannot be set.
note party.register {"party": "@p:zoe", "type": "person", "auth": "key",
    "key": "@key:zoe", "commitment": "@sha:zoe"} by zoe
POST /real/entries
    Terreau-Clock: 2026-03-01T00:00:00Z
    | $note
    < 400
    < .code = "bad-request"
