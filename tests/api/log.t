# The log in public formats; what entries would do; acts that wait.
include founding.inc
GET /log/checkpoint
    < 200
    < content-type: text/plain; charset=utf-8
    < access-control-allow-origin: *
    < text ^api\.example/log\n5\n[A-Za-z0-9+/]{43}=\n\n— api\.example/log [A-Za-z0-9+/=]+\n$
GET /log/tile/0/000.p/5
    < 200
    < content-type: application/octet-stream
GET /log/tile/entries/000.p/5
    < 200
    < text terreau/entry/v1
GET /log/tile/0/000
    < 404
GET /log/receipt/1
    < 200
    < text ^c2sp\.org/tlog-proof@v1\n
    < text index 1\n
    < text --- leaf\nterreau/leaf/v1 
GET /log/receipt/99
    < 404
    < .code = "not-found"
GET /log/policy
    < 200
    < text log api\.example/log\+
# What an entry would do, signed or not; nothing is stored.
note member.apply {"party": "@p:leo", "college": "users"} by nobody
POST /log/entries:check
    | $note
    < 200
    < .kind = "member.apply"
    < .postings # 0
    < .missing ~ p-
note share.subscribe {"subscription": "@s:s1", "class": "@c:A",
    "party": "@p:leo", "quantity": 2, "nature": "new"} by leo
POST /log/entries:check
    | $note
    < 200
    < .missing = null
    < .postings # 2
    < .postings[0].account = "memo-subscriptions"
    < .postings[0].amount = 4000
GET /log
    < .head.size = 5
# An act waits for its second officer.
note class.status {"class": "@c:A", "status": "waiting",
    "nonce": "AAAAAAAAAAAAAAAAAAAAAA"} by ana
POST /log/entries
    | $note
    < 202
    < .missing ~ officer
    < header location > proposal
GET /log/proposals
    < 200
    < .proposals # 1
GET $proposal
    < 200
    < text class\.status
POST $proposal/signatures
    | $note
    < 202
note class.status {"class": "@c:A", "status": "waiting",
    "nonce": "AAAAAAAAAAAAAAAAAAAAAA"} by bob
POST $proposal/signatures
    | $note
    < 201
    < .index = 5
GET /log/classes
    < .classes[0].state = "waiting"
GET /log/proposals
    < .proposals # 0
GET $proposal
    < 404
# Several at once, each with its length before it.
note party.register {"party": "@p:mia", "type": "person", "auth": "key",
    "key": "@key:mia", "commitment": "@sha:mia"} by mia
POST /log/entries:batch
    | $note_size
    | $note
    < 200
    < .results # 1
    < .results[0].status = 201
    < .results[0].index = 6
POST /log/entries:batch
    | $note_size
    | too short
    < 400
    < .code = "bad-request"
GET /readyz
    < 200
GET /openapi.json
    < 200
    < .openapi ~ ^3\.1
    < .paths['/{ledger}/pledges'].post exists
    < .paths['/{ledger}/audit'].get exists
    < .paths['/{ledger}/campaigns/{campaign}'].get exists
GET /errors
    < .errors[code=not-found].status = 404
GET /errors/rule-broken
    < 200
GET /static/terreau.css
    < 200
    < content-type: text/css*
    < cache-control: public, max-age=3600
GET /static/../Makefile
    < 400
