# What happens to a pledge is told by mail; it is taken back after a sign-in.
include founding.inc
include campaign.inc
at
POST /withdraw/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=30
    form on_failure=refund
    form given=Zoé
    form family=Petit
    form email=zoe@withdraw.example
    form consent=yes
    < 201
    < .draft > draft
POST $draft
    form how=email
    < 202
mailed zoe@withdraw.example (/confirm/\S+) > link
POST $link
    Content-Type: application/x-www-form-urlencoded
    < 200
    < .url > pledge
    < .party > party
mailed zoe@withdraw.example (Receipt no. [0-9]+, €30.00) > told
GET $pledge
    < .id > pledge_id
    < .payment.reference > reference
    < .withdraw.url > withdraw
# Nobody withdraws without being known.
GET $withdraw
    Accept: text/html
    < 200
    < cache-control: no-store
    < x-robots-tag: noindex
    < text Withdraw €30.00\?
    < text href="/sign-in\?next=/withdraw/pledges/g-
    < without name="form_token"|Zoé|zoe@
GET $withdraw
    < .nonce > nonce
POST $withdraw
    form how=email
    form nonce=$nonce
    < 401
POST $withdraw
    form how=key
    form nonce=$nonce
    form key=@key:leo
    form signature_0=AAAA
    < 403
    < .code = "bad-signature"
POST $withdraw
    form how=email
    < 400
# The terms change: who pledged is told, and may think again.
enter campaign.amend {"campaign": "@k:mill", "risks": "@sha:risks2", "decision": {"body": "board", "date": "2026-11-01", "sha256": "@sha:minutes"}} by ana bob
mailed zoe@withdraw.example (If you no longer agree, you may withdraw) > told
GET $pledge
    Accept: text/html
    < text The terms of the campaign changed after your pledge
    < text you may withdraw without reason or cost until
GET $pledge
    < .amended.index exists
    < .amended.until exists
    < .withdraw.allowed = true
enter campaign.amend {"campaign": "@k:mill", "summary": "A mill, and a bakery.", "decision": {"body": "board", "date": "2026-11-01", "sha256": "@sha:minutes"}} by ana bob
# Part of the money comes, then the rest; each is told once.
enter bank.statement {"account": "@b:main", "statement": "@e:s1", "number": "1", "from": "2026-11-01", "to": "2026-11-02", "opening": 0, "closing": 3500, "lines": 3, "sha256": "@sha:file"} by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l1", "amount": 1000, "booked": "2026-11-01", "source": "@sha:l1", "reference": "$reference"} by clerk
mailed zoe@withdraw.example (Received €10.00 of €30.00. €20.00 is missing) > told
enter bank.line {"statement": "@e:s1", "line": "@y:l2", "amount": 2000, "booked": "2026-11-02", "source": "@sha:l2", "reference": "$reference"} by clerk
mailed zoe@withdraw.example (We received €30.00 on ) > told
# Five euros more, on which she is told of these five alone.
enter bank.line {"statement": "@e:s1", "line": "@y:l3", "amount": 500, "booked": "2026-11-02", "source": "@sha:l3", "reference": "$reference"} by clerk
mailed zoe@withdraw.example (You sent €5.00 too much) > told
GET $pledge
    < .state = "received"
    < .payment = null
# Signed in, she takes it back; the clerk signs for who is known by e-mail.
POST /sign-in
    form email=zoe@withdraw.example
    < 303
    < header set-cookie > browser
mailed zoe@withdraw.example (/sign-in/\S+) > door
POST $door
    Sec-Fetch-Site: same-origin
    Cookie: $browser
    Content-Type: application/x-www-form-urlencoded
    < 303
    < header set-cookie > session
GET $withdraw
    Cookie: $session
    < .by_clerk = true
    < .nonce > nonce
    < .form_token > form_token
POST $withdraw
    Cookie: $session
    Sec-Fetch-Site: same-origin
    form how=email
    form nonce=$nonce
    form form_token=AAAA
    < 403
POST $withdraw
    Cookie: $session
    Sec-Fetch-Site: cross-site
    form how=email
    form nonce=$nonce
    form form_token=$form_token
    < 403
    < .code = "foreign-form"
POST $withdraw
    Cookie: $session
    Sec-Fetch-Site: same-origin
    form how=email
    form nonce=$nonce
    form form_token=$form_token
    < 201
    < .index > index
GET /withdraw/entries/$index
    < .kind = "pledge.withdraw"
    < .signers = ["clerk"]
GET $pledge
    < .state = "withdrawn"
    < .withdraw.allowed = false
mailed zoe@withdraw.example (Your pledge of €30.00 was cancelled on ) > told
# Two officers pay all of it back in one batch; when the bank has sent it she
# is told once, with the sum and the day.
enter payout.prepare {"account": "@b:main", "payout": "@w:back", "count": 2, "total": 3500, "items": [{"target": "$pledge_id", "amount": 3000}, {"target": "$party", "amount": 500}]} by ana bob
GET /withdraw/payouts/@w:back
    < .payout.reference > batch
enter bank.statement {"account": "@b:main", "statement": "@e:s2", "number": "2", "from": "2026-11-02", "to": "2026-11-03", "opening": 3500, "closing": 0, "lines": 1, "sha256": "@sha:file2"} by clerk
enter bank.line {"statement": "@e:s2", "line": "@y:l4", "amount": -3500, "booked": "2026-11-03", "source": "@sha:l4", "reference": "$batch"} by clerk
mailed zoe@withdraw.example (€35.00, on 3.November 2026, to the account that paid) > told
# A key of her own, from now on; she is told, and the next one ends it.
POST $pledge/key
    Cookie: $session
    Sec-Fetch-Site: same-origin
    form key=@key:zoe1
    form form_token=$form_token
    < 201
    < .index > index
GET /withdraw/entries/$index
    < .kind = "key.add"
    < .signers = ["clerk"]
mailed zoe@withdraw.example (A key was added|Added on ) > told
POST $pledge/key
    Cookie: $session
    Sec-Fetch-Site: same-origin
    form key=@key:zoe2
    form form_token=$form_token
    < 201
    < .index > index
GET /withdraw/entries/$index
    < .kind = "key.revoke"
    < .entry.reason = "lost"
    < .entry.key = "@key:zoe1"
POST $pledge/key
    form key=@key:zoe3
    < 401
# A stranger who is signed in is nobody here.
POST /sign-in
    form email=eve@withdraw.example
    < 303
    < header set-cookie > browser
GET $withdraw
    Cookie: $browser
    < .signed_out = true
# A host in another script: the mail goes to its ASCII, the page shows it as
# it was typed.
POST /withdraw/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=30
    form on_failure=refund
    form given=Zoé
    form family=Petit
    form email=zoe@Café.example
    form consent=yes
    < 201
    < .draft > draft
GET $draft
    Accept: text/html
    < text zoe@café\.example
    < without xn--
POST $draft
    form how=email
    < 202
    < .sent_to = "zoe@xn--caf-dma.example"
mailed zoe@xn--caf-dma.example (/confirm/\S+) > link
POST /withdraw/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=30
    form on_failure=refund
    form given=Zoé
    form family=Petit
    form email=zoe@café x.example
    form consent=yes
    < 422
    < .errors[0].pointer = "/email"
