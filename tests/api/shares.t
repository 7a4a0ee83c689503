# Members, share classes, subscriptions, holdings, redemptions.
include founding.inc
GET /shares/members
    < 200
    < .members # 0
enter member.apply {"party": "@p:leo", "college": "users"} by leo
enter member.admit {"party": "@p:leo", "college": "users", "decision":
    {"body": "board", "date": "2026-01-05", "sha256": "@sha:m"}} by ana
enter member.apply {"party": "@p:city", "college": "public"} by city
GET /shares/members
    < 200
    < .members # 2
    < .members[0].party = "@p:leo"
    < .members[0].number = 1
    < .members[0].college = "users"
    < .members[0].state = "admitted"
    < .members[0].since = "2026-01-05"
    < .members[0].public_name = null
    < .members[0].type = "person"
    < .members[1].state = "applicant"
    < .members[1].number = null
    < .members[1].since = null
    < .members[1].public_name = "Ville de Graine"
    < without commitment
GET /shares/officers
    < .officers # 3
    < .officers[0].party = "@p:ana"
    < .officers[0].role = "chair"
    < .officers[0].state = "held"
GET /shares/classes
    < .classes # 1
    < .classes[0].id = "@c:A"
    < .classes[0].code = "A"
    < .classes[0].nominal = 2000
    < .classes[0].most = null
    < .classes[0].subscriptions = 0
    < .classes[0].state = "open"
enter share.subscribe {"subscription": "@s:s1", "class": "@c:A",
    "party": "@p:leo", "quantity": 100, "nature": "new"} by leo
GET /shares/subscriptions
    < .subscriptions # 1
    < .subscriptions[0].state = "requested"
    < .subscriptions[0].nominal = 200000
    < .subscriptions[0].payment.amount = 200000
    < .subscriptions[0].payment.reference > reference
    < cache-control: no-store
at 2026-02-01T09:00:00Z
enter share.accept {"subscription": "@s:s1"} by ana bob
GET /shares/subscriptions?party=@p:leo&class=@c:A
    < .subscriptions # 1
    < .subscriptions[0].called = 100000
    < .subscriptions[0].payment.amount = 100000
    < .subscriptions[0].due = "2026-02-22"
    < .subscriptions[0].shown = "late"
    < .subscriptions[0].first = null
GET /shares/subscriptions?party=@p:ana
    < .subscriptions # 0
enter bank.statement {"account": "@b:main", "statement": "@e:s1",
    "number": "1", "from": "2026-01-01", "to": "2026-02-01", "opening": 0,
    "closing": 100000, "lines": 1, "sha256": "@sha:file"} by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l1", "amount": 100000,
    "booked": "2026-02-01", "reference": "$reference",
    "source": "@sha:l1"} by clerk
enter share.issue {"subscription": "@s:s1"} by ana bob
GET /shares/holdings
    < .holdings # 1
    < .holdings[0].party = "@p:leo"
    < .holdings[0].class = "@c:A"
    < .holdings[0].quantity = 100
    < .holdings[0].newest absent
GET /shares/holdings?party=@p:city
    < .holdings # 0
GET /shares/movements
    < .movements # 1
    < .movements[0].day = "2026-02-01"
    < .movements[0].change = 100
    < .movements[0].party = "@p:leo"
GET /shares/members
    < .members[0].state = "effective"
GET /shares
    < .members[0].state ~ effective|applicant
    < .members # 2
    < .capital.subscribed = 200000
    < .capital.highest = 200000
    < .capital.floor = 100000
    < .capital.public = 0
    < .capital.public_ppm = 0
    < .classes[0].issued = 100
# The floor leaves room for half of it.
at 2026-03-01T09:00:00Z
enter redeem.request {"redemption": "@r:r1", "class": "@c:A",
    "party": "@p:leo", "quantity": 60, "cause": "notice"} by leo
enter redeem.request {"redemption": "@r:r2", "class": "@c:A",
    "party": "@p:leo", "quantity": 10, "cause": "notice"} by leo
at 2026-07-01T09:00:00Z
enter redeem.defer {"redemption": "@r:r1", "reason": "capital-floor",
    "decision": {"body": "board", "date": "2026-07-01",
    "sha256": "@sha:m"}} by ana bob
GET /shares/redemptions
    < .redemptions # 2
    < .redemptions[0].state = "deferred"
    < .redemptions[0].position = 1
    < .redemptions[0].before = 200000
    < .redemptions[0].floor = 100000
    < .redemptions[0].after = 80000
    < .redemptions[0].earliest = "2026-06-01"
    < .redemptions[1].position = 2
    < .redemptions[1].state = "queued"
enter redeem.refuse {"redemption": "@r:r1", "reason": "statutes",
    "decision": {"body": "board", "date": "2026-07-01",
    "sha256": "@sha:m"}} by ana bob
GET /shares/redemptions
    < .redemptions[0].position = null
    < .redemptions[0].state = "refused"
    < .redemptions[1].position = 1
GET /shares/redemptions
    Accept: text/html
    < 200
    < text <h1>Redemptions</h1>
    < text €2,000<
    < text Capital floor</dt><dd class="n">€1,000
    < text <a href="/shares/entries\?subject=@p:leo">Member no.\s\d</a>
    < text <a href="/shares/classes">A – [^<]+</a>
    < without >[prc]-[A-Za-z0-9_-]{22}<
GET /shares/classes?lang=fr
    Accept: text/html
    < text <h1>Catégories de parts</h1>
    < text Qui peut détenir
    < text à la souscription, sous 21 jours
GET /shares/holdings
    Accept: text/html
    < text Member no.\s\d
    < without >[prc]-[A-Za-z0-9_-]{22}<
GET /shares/holdings?party=@p:nobody
    Accept: text/html
    < text Nobody holds shares yet
    < without <table
GET /shares/movements
    Accept: text/html
    < text <td role="cell" class="n"><span class="of" aria-hidden="true">Shares</span>100\s
GET /shares/subscriptions
    Accept: text/html
    < text from 1 to \d+
GET /shares/officers?lang=fr
    Accept: text/html
    < text Titulaire
    < text href="/shares/entries/\d+\?lang=fr">Écriture \d+</a>
GET /shares/keys
    Accept: text/html
    < text The log’s own keys
    < text <code>api.example/shares/clerk\+
GET /shares?lang=fr
    Accept: text/html
    < text Capital souscrit
    < text 2\s000,00\s€
    < text sociétaire
GET /shares/keys
    < .log ~ ^api\.example/shares\+[0-9a-f]{8}\+
    < .clerk ~ ^api\.example/shares/clerk\+[0-9a-f]{8}\+
    < .keys # 5
    < .keys[0].party = "@p:ana"
    < .keys[0].state = "active"
    < .keys[0].ended = null
    < .keys[0].vkey ~ ^api\.example/shares/@p:ana\+
GET /shares/keys?limit=2
    < .keys # 2
    < .next = "/shares/keys?after=2&limit=2"
GET /shares/audit
    < 200
    < .lawful = true
    < .digest ~ ^[0-9a-f]{64}$
    < .totals['capital'] = 200000
    < .totals['capital_floor'] = 100000
    < .totals['shares'] = 100
    < .totals['account.bank'] = 100000
    < .totals['account.capital-paid'] = -100000
    < .totals['member.effective'] = 1
    < .totals['redemption.refused'] = 1
    < .checkpoint ~ ^api\.example/shares\n
    < .trial.sums.debit = 200000
    < .trial.sums.credit = 200000
