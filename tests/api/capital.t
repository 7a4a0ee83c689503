# Patient capital: an offer, a commitment, its ladder, its tranches.
include founding.inc
enter offer.open {"offer": "@o:o1", "instrument": "subordinated_loan",
    "title": "City loan", "most": 6000000, "rate": 20000,
    "day_count": "act/365f", "repayment": "custom", "term": 60,
    "conditions": [{"code": "permit", "title": "The permit is there."}],
    "instalments": [{"month": 30, "amount": 3000000},
                    {"month": 60, "amount": 3000000}],
    "decision": {"body": "board", "date": "2026-01-02",
    "sha256": "@sha:minutes"}} by ana bob
GET /capital/offers
    < 200
    < .offers # 1
    < .offers[0].id = "@o:o1"
    < .offers[0].instrument = "subordinated_loan"
    < .offers[0].rate = 20000
    < .offers[0].committed = 0
    < .offers[0].conditions # 1
    < .offers[0].conditions[0].code = "permit"
    < .offers[0].instalments # 2
    < .offers[0].instalments[1].month = 60
enter capital.commit {"contract": "@i:c1", "offer": "@o:o1",
    "amount": 6000000, "party": "@p:city"} by city
GET /capital/contracts
    < .contracts # 1
    < .contracts[0].ladder.committed = 6000000
    < .contracts[0].ladder.signed = 0
    < .contracts[0].ladder.called = 0
    < .contracts[0].ladder.paid = 0
    < .contracts[0].public_name = "Ville de Graine"
    < .contracts[0].url = "/capital/contracts/@i:c1"
enter capital.accept {"contract": "@i:c1", "decision": {"body": "board",
    "date": "2026-01-05", "sha256": "@sha:m"}} by ana bob
enter capital.call {"contract": "@i:c1", "tranche": "@u:t1",
    "amount": 2000000, "due": "2026-02-01"} by bob
GET /capital/contracts/@i:c1
    < 200
    < .state = "signed"
    < .ladder.signed = 6000000
    < .ladder.called = 2000000
    < .ladder.paid = 0
    < .offer.title = "City loan"
    < .tranches # 1
    < .tranches[0].payment.amount = 2000000
    < .tranches[0].payment.until = "2026-02-01"
    < .tranches[0].payment.reference > reference
at 2026-02-02T09:00:00Z
enter bank.statement {"account": "@b:main", "statement": "@e:s1",
    "number": "1", "from": "2026-01-01", "to": "2026-02-01", "opening": 0,
    "closing": 2000000, "lines": 1, "sha256": "@sha:file"} by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l1", "amount": 2000000,
    "booked": "2026-02-01", "reference": "$reference",
    "source": "@sha:l1"} by clerk
GET /capital/contracts/@i:c1
    < .ladder.paid = 2000000
    < .tranches[0].state = "paid"
    < .tranches[0].payment = null
GET /capital/audit
    < .ladder.committed = 6000000
    < .ladder.signed = 6000000
    < .ladder.called = 2000000
    < .ladder.paid = 2000000
GET /capital/contracts/@i:c1?lang=fr
    Accept: text/html
    < 200
    < text 20\s000,00\s€
GET /capital/contracts/@i:c2
    < 404
    < .code = "not-found"
