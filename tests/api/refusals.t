# Bad input gets a clear error with a stable code, and nothing changes.
include founding.inc
# Malformed and non-canonical.
POST /refusals/entries
    | hello
    < 400
    < .code = "bad-note"
json {"kind":"member.apply","nonce":"AAAAAAAAAAAAAAAAAAAAAA","party":"@p:leo" by leo
POST /refusals/entries
    | $note
    < 400
    < .code = "bad-syntax"
    < .detail ~ byte [0-9]+
json {"kind":"member.apply","nonce":"AAAAAAAAAAAAAAAAAAAAAA", "party":"p-x"} by leo
POST /refusals/entries
    | $note
    < 400
    < .code = "bad-syntax"
json {"kind":"member.apply","party":"@p:leo","college":"users"} by leo
POST /refusals/entries
    | $note
    < .code ~ bad-syntax|bad-field
json {"kind":"member.apply","nonce":"AAAAAAAAAAAAAAAAAAAAAA","party":"@p:leo","party":"@p:leo"} by leo
POST /refusals/entries
    | $note
    < 400
    < .code = "bad-syntax"
# For another ledger.
text terreau/entry/v1\napi.example/other\n{"kind":"member.apply","nonce":"AAAAAAAAAAAAAAAAAAAAAA"}\n by leo
POST /refusals/entries
    | $note
    < 422
    < .code = "wrong-origin"
text terreau/entry/v2\n$origin\n{}\n by leo
POST /refusals/entries
    | $note
    < 400
    < .code = "bad-note"
# Unknown kind and field, missing and wrong ones.
note nothing.such {"party": "@p:leo"} by leo
POST /refusals/entries
    | $note
    < 422
    < .code = "unknown-kind"
note member.apply {"party": "@p:leo", "hobby": "chess"} by leo
POST /refusals/entries
    | $note
    < 422
    < .code = "bad-field"
    < .detail ~ hobby
note member.apply {"college": "users"} by leo
POST /refusals/entries
    | $note
    < 422
    < .code = "bad-field"
    < .errors[0].pointer = "/party"
note bank.account {"account": "@b:second", "name": "B",
    "iban": "FR7630006000011234567890188"} by ana bob
POST /refusals/entries
    | $note
    < 422
    < .code = "bad-field"
    < .errors[0].pointer = "/iban"
note class.adopt {"class": "@c:B", "code": "B", "name": "B", "nominal": 0,
    "called_ppm": 1000000, "paid_ppm": 1000000, "decision":
    {"body": "board", "date": "2026-01-02", "sha256": "@sha:m"}} by ana bob
POST /refusals/entries
    | $note
    < 422
    < .code ~ bad-field|bad-amount
    < .errors[0].pointer = "/nominal"
note class.adopt {"class": "@c:B", "code": "B", "name": "B",
    "nominal": 9007199254740992, "called_ppm": 1, "paid_ppm": 1, "decision":
    {"body": "board", "date": "2026-01-02", "sha256": "@sha:m"}} by ana bob
POST /refusals/entries
    | $note
    < .code ~ bad-syntax|bad-field|bad-amount
# Signatures: wrong, missing, of an unknown key, of somebody not asked.
note member.apply {"party": "@p:leo", "college": "users"} by leo!
POST /refusals/entries
    | $note
    < 403
    < .code = "bad-signature"
note member.apply {"party": "@p:leo", "college": "users"} by leo:other
POST /refusals/entries
    | $note
    < 403
    < .code = "bad-signature"
note member.apply {"party": "@p:leo", "college": "users"} by leo city
POST /refusals/entries
    | $note
    < 403
    < .code = "bad-signature"
note member.apply {"party": "@p:leo", "college": "users"} by nobody
POST /refusals/entries
    | $note
    < .code ~ bad-note|bad-signature
note class.status {"class": "@c:A", "status": "closed"} by ana
POST /refusals/entries
    | $note
    < 202
    < .missing ~ officer
    < .proposal exists
    < location: */proposals/*
# A revoked key.
enter key.add {"party": "@p:leo", "key": "@key:leo2"} by leo
enter key.revoke {"party": "@p:leo", "key": "@key:leo", "reason": "lost"}
    by leo:leo2
note member.apply {"party": "@p:leo", "college": "users"} by leo
POST /refusals/entries
    | $note
    < 403
    < .code = "key-revoked"
# States and rules.
note share.accept {"subscription": "@s:none"} by ana bob
POST /refusals/entries
    | $note
    < 404
    < .code = "not-found"
note party.register {"party": "@p:city", "type": "person", "auth": "key",
    "key": "@key:city2", "commitment": "@sha:x"} by city:city2
POST /refusals/entries
    | $note
    < 409
    < .code = "already-there"
enter class.status {"class": "@c:A", "status": "closed"} by ana bob
note share.subscribe {"subscription": "@s:s1", "class": "@c:A",
    "party": "@p:city", "quantity": 1, "nature": "new"} by city
POST /refusals/entries
    | $note
    < 409
    < .code = "wrong-state"
    < .detail ~ closed
note redeem.request {"redemption": "@r:r1", "class": "@c:A",
    "party": "@p:city", "quantity": 1, "cause": "notice"} by city
POST /refusals/entries
    | $note
    < 409
    < .code ~ not-enough|wrong-state
# Requests.
POST /refusals/entries
    Content-Type: application/json
    | {}
    < 415
    < .code = "bad-media-type"
POST /refusals/entries
    Terreau-Clock: yesterday
    | $note
    < 400
    < .code = "bad-request"
POST /refusals/entries
    Terreau-Clock: none
    Content-Length: 30000
    | x
    < 413
    < .code = "too-large"
GET /refusals/entries
    < .entries # 8
# In the reader's language, with the same code.
note member.apply {"party": "@p:leo", "hobby": "chess"} by leo
POST /refusals/entries?lang=fr
    | $note
    < 422
    < Content-Language: fr
    < .code = "bad-field"
    < .title ~ ^Un champ manque
    < .detail = "member.apply n’a pas de champ \"hobby\""
    < .detail_lang absent
GET /refusals/campaigns/x
    Accept: text/html
    Accept-Language: fr
    < 404
    < text Cette page n’existe pas
    < text introuvable ici.*campagne
    < without lang="en">introuvable
GET /refusals/entries/99
    Accept: text/html
    Accept-Language: fr
    < 404
    < text le journal a 8 écritures
GET /refusals/entries/99
    < 404
    < .detail ~ ^the log has 8 entries
    < .next[0].url = "/"
# And what is right is right, once.
note party.register {"party": "@p:mia", "type": "person", "auth": "key",
    "key": "@key:mia", "commitment": "@sha:mia"} by mia
POST /refusals/entries
    | $note
    < 201
    < .index = 8
    < .leaf_hash ~ ^[0-9a-f]{64}$
    < .leaf_hash > leaf
POST /refusals/entries
    | $note
    < 200
    < .index = 8
    < .leaf_hash = "$leaf"
    < .repeated = true
