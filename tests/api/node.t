# The node and what it says of itself.
include founding.inc
GET /
    < 200
    < content-type: application/json
    < .ledgers[name=node].title = "La Graine"
    < .ledgers[name=node].origin = "api.example/node"
    < .ledgers[name=node].size = 5
    < .ledgers[name=node].root ~ ^[0-9a-f]{64}$
    < .ledgers[name=node].url = "/node"
    < .ledgers[name=node].trial = true
    < .ledgers[name=node].campaigns # 0
GET /
    Accept: text/html
    < 200
    < content-type: text/html; charset=utf-8
    < text <html lang="en">
    < text La Graine
GET /?lang=fr
    Accept: text/html
    < text <html lang="fr">
    < content-language: fr
GET /node
    < 200
    < .profile = "fr-scic-sa"
    < .currency = "EUR"
    < .capital.subscribed = 0
    < .capital.floor = 100000
    < .capital.public_max_ppm = 500000
    < .colleges # 3
    < .classes # 1
    < .campaigns # 0
    < .offers # 0
    < .head.size = 5
    < .checkpoint ~ ^api.example/node\n5\n
GET /healthz
    < 200
