# The log as documents, its filters and cursors, and how it is sent.
include founding.inc
GET /entries/entries
    < 200
    < .entries # 5
    < .entries[0].index = 0
    < .entries[0].kind = "ledger.open"
    < .entries[0].accepted = "2026-01-05T09:00:00.000Z"
    < .entries[0].effective = "2026-01-05"
    < .entries[0].entry.name = "La Graine"
    < .entries[0].signers # 4
    < .entries[1].signers = ["@p:leo"]
    < .entries[4].leaf_hash ~ ^[0-9a-f]{64}$
    < .next absent
GET /entries/entries?limit=2
    < .entries # 2
    < .next = "/entries/entries?after=1&limit=2"
    < link: </entries/entries?after=1&limit=2>; rel="next"
GET /entries/entries?after=1&limit=2
    < .entries[0].index = 2
    < .next = "/entries/entries?after=3&limit=2"
GET /entries/entries?after=3&limit=2
    < .entries # 1
    < .next absent
GET /entries/entries?after=4
    < .entries # 0
GET /entries/entries?kind=party.register&limit=1
    < .entries # 1
    < .entries[0].index = 1
    < .next = "/entries/entries?after=1&limit=1&kind=party.register"
GET /entries/entries?kind=party.register&after=1
    < .entries # 1
    < .entries[0].index = 2
GET /entries/entries?subject=@p:city
    < .entries # 1
    < .entries[0].entry.public_name = "Ville de Graine"
GET /entries/entries?subject=@p:nobody
    < 200
    < .entries # 0
GET /entries/entries?kind=nothing.such
    < 400
    < .code = "bad-request"
GET /entries/entries?subject=@p:city&kind=party.register
    < 400
GET /entries/entries?limit=0
    < 400
    < .code = "bad-request"
GET /entries/entries?limit=501
    < 400
GET /entries/entries?limit=ten
    < 400
GET /entries/entries?after=-1
    < 400
GET /entries/entries?page=2
    < 400
    < .code = "bad-request"
GET /entries/entries?limit=1&limit=2
    < 400
GET /entries/entries/4
    < 200
    < .kind = "bank.account"
    < .entry.iban = "FR7630006000011234567890189"
    < .leaf ~ ^terreau/leaf/v1 2026-01-05T09:00:00.000Z\nterreau/entry/v1\napi.example/entries\n
    < .postings # 0
    < .prev = "/entries/entries/3"
    < .next = null
    < .receipt = "/entries/receipt/4"
GET /entries/entries/5
    < 404
    < .code = "not-found"
GET /entries/entries/01
    < 404
GET /entries/entries/0
    Accept: text/html
    < 200
    < text <h1>A cooperative opens its ledger</h1>
GET /entries/entries
    Accept: text/html
    < text <a href="/entries/entries/4">4</a>
# One document, many requests.
GET /entries/entries/4
    < etag: "????????????????????????????????"
    < vary: Accept, Accept-Language
    < access-control-allow-origin: *
    < x-content-type-options: nosniff
    < header etag > etag
GET /entries/entries/4
    If-None-Match: $etag
    < 304
    < etag: $etag
GET /entries/entries/4
    If-None-Match: "other", W/$etag
    < 304
GET /entries/entries/4
    If-None-Match: "other"
    < 200
HEAD /entries/entries/4
    < 200
    < etag: $etag
    < content-type: application/json
GET /entries/entries/4.json
    Accept: text/html
    < 200
    < content-type: application/json
    < .kind = "bank.account"
GET /entries/entries/4
    Accept: text/html
    < etag: W/"*"
    < content-type: text/html; charset=utf-8
    < no access-control-allow-origin
GET /entries/entries/4
    Accept: text/html;q=0.5, application/json
    < content-type: application/json
POST /entries/members
    | x
    < 405
    < allow: *GET*
    < .code = "bad-method"
DELETE /entries/entries/4
    < 405
    < allow: *GET*
GET /nowhere
    < 404
    < .code = "not-found"
GET /nowhere/entries
    < 404
GET /entries/nothing
    < 404
    < content-type: application/problem+json
    < .type ~ /errors/not-found$
    < .status = 404
    < .request_id exists
GET /entries/nothing
    Accept: text/html
    < 404
    < content-type: text/html; charset=utf-8
    < text <title>Error
GET /entries/%00
    < 400
GET /entries?size=5
    < 200
GET /entries?size=many
    < 400
    < .code = "bad-request"
GET /entries?lang=fr
    < 200
    < .classes[0].state = "open"
