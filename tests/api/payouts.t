# What is owed, batches of payments, match funds, and how a campaign would end.
include founding.inc
include campaign.inc
enter match.open {"fund": "@f:city", "party": "@p:city", "title": "La Ville",
    "budget": 2000, "factor": 500000, "natures": ["gift"],
    "use": "operating", "funding": "on_success"} by city ana bob
enter match.join {"fund": "@f:city", "campaign": "@k:mill"} by city ana bob
GET /payouts/funds
    < 200
    < .funds # 1
    < .funds[0].id = "@f:city"
    < .funds[0].party = "@p:city"
    < .funds[0].title = "La Ville"
    < .funds[0].budget = 2000
    < .funds[0].state = "open"
    < .next absent
GET /payouts/funds?limit=0
    < 400
GET /payouts/funds?party=@p:city
    < 400
POST /payouts/funds
    < 405
enter pledge.make {"pledge": "@g:g1", "campaign": "@k:mill", "amount": 5000,
    "nature": "gift", "on_failure": "refund", "party": "@p:leo"} by leo
enter pledge.make {"pledge": "@g:g2", "campaign": "@k:mill", "amount": 2500,
    "nature": "gift", "on_failure": "refund", "party": "@p:leo"} by leo
GET /payouts/pledges/@g:g1
    < .payment.reference > one
GET /payouts/pledges/@g:g2
    < .payment.reference > two
enter bank.statement {"account": "@b:main", "statement": "@e:s1",
    "number": "1", "from": "2026-01-01", "to": "2026-01-11", "opening": 0,
    "closing": 8000, "lines": 2, "sha256": "@sha:file"} by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l1", "amount": 5500,
    "booked": "2026-01-10", "reference": "$one", "source": "@sha:l1"} by bob
enter bank.line {"statement": "@e:s1", "line": "@y:l2", "amount": 2500,
    "booked": "2026-01-10", "reference": "$two", "source": "@sha:l2"} by bob
# The end as it would be now: 75 euros and the city's 20 of 1,000.
GET /payouts/campaigns/@k:mill/close
    < 200
    < cache-control: public, no-cache
    < .campaign = "@k:mill"
    < .outcome = "failed"
    < .received = 7500
    < .count = 2
    < .matched = 2000
    < .settles = "2190-02-01T00:00:00Z"
GET /payouts/campaigns/@k:none/close
    < 404
    < .code = "not-found"
GET /payouts/campaigns/@g:g1/close
    < 404
GET /payouts/campaigns/mill/close
    < 404
GET /payouts/campaigns/@k:mill/close?at=2190-02-01
    < 400
# Nothing is owed but what was too much.
GET /payouts/claims?of=@k:mill
    < 200
    < .claims # 0
GET /payouts/claims
    < 200
    < .claims # 1
    < .claims[0].target = "@p:leo"
    < .claims[0].owed = "overpaid"
    < .claims[0].party = "@p:leo"
    < .claims[0].amount = 500
    < .claims[0].state = "due"
enter pledge.withdraw {"pledge": "@g:g1"} by leo
enter pledge.withdraw {"pledge": "@g:g2"} by leo
GET /payouts/claims?of=@k:mill&limit=1
    < 200
    < .claims # 1
    < .claims[0].target = "@g:g1"
    < .claims[0].owed = "refund"
    < .claims[0].party = "@p:leo"
    < .claims[0].amount = 5000
    < .claims[0].state = "due"
    < .next > next
GET $next
    < .claims # 1
    < .claims[0].target = "@g:g2"
    < .next absent
GET /payouts/claims?of=@c:A
    < 200
    < .claims # 0
GET /payouts/claims?of=@k:none
    < 404
GET /payouts/claims?of=@g:g1
    < 404
GET /payouts/claims?of=mill
    < 400
GET /payouts/claims?party=@p:leo
    < 400
# A batch of one of them, then of what is left of the campaign.
GET /payouts/payouts
    < 200
    < .payouts # 0
enter payout.prepare {"account": "@b:main", "payout": "@w:one", "count": 2,
    "total": 5500, "items": [{"target": "@g:g1", "amount": 5000},
    {"target": "@p:leo", "amount": 500}]} by ana bob
enter payout.prepare {"account": "@b:main", "payout": "@w:all", "count": 1,
    "total": 2500, "all_of": "@k:mill"} by ana bob
AWAIT /payouts/payouts/@w:all
    < .payout.state = "prepared"
GET /payouts/payouts/@w:one
    < 200
    < .payout.id = "@w:one"
    < .payout.account = "@b:main"
    < .payout.state = "prepared"
    < .payout.count = 2
    < .payout.total = 5500
    < .payout.open = 5500
    < .payout.settled = 0
    < .payout.debited = null
    < .payout.reference ~ ^RF[0-9]{2}
    < .payout.reference > batch
    < without FR76|leo@
GET /payouts/payouts/@w:none
    < 404
    < .code = "not-found"
GET /payouts/payouts/@g:g1
    < 404
GET /payouts/payouts?limit=1
    < .payouts # 1
    < .next > next
GET $next
    < .payouts # 1
    < .payouts[0].id = "@w:all"
    < .payouts[0].total = 2500
GET /payouts/payouts?state=prepared
    < 400
GET /payouts/payments?payout=@w:one
    < 200
    < .payments # 2
    < .payments[0].target = "@g:g1"
    < .payments[0].owed = "refund"
    < .payments[0].party = "@p:leo"
    < .payments[0].amount = 5000
    < .payments[0].shown = "ordered"
    < .payments[1].target = "@p:leo"
    < .payments[1].owed = "overpaid"
GET /payouts/payments
    < .payments # 3
    < .payments[2].payout = "@w:all"
    < .payments[2].reference > end_to_end
GET /payouts/payments?payout=@w:none
    < 200
    < .payments # 0
GET /payouts/payments?payout=one
    < 400
DELETE /payouts/payments
    < 405
GET /payouts/claims?of=@k:mill
    < .claims # 2
    < .claims[0].amount = 0
    < .claims[0].state = "paying"
at 2026-01-12T09:00:00Z
# The bank debits one batch in one sum and the other's payment, and sends that
# one back.
enter bank.statement {"account": "@b:main", "statement": "@e:s2",
    "number": "2", "from": "2026-01-11", "to": "2026-01-11", "opening": 8000,
    "closing": 2500, "lines": 3, "sha256": "@sha:file2"} by clerk
enter bank.line {"statement": "@e:s2", "line": "@y:l3", "amount": -5500,
    "booked": "2026-01-11", "reference": "$batch", "source": "@sha:l3"} by bob
enter bank.line {"statement": "@e:s2", "line": "@y:l4", "amount": -2500,
    "booked": "2026-01-11", "reference": "$end_to_end", "source": "@sha:l4"}
    by bob
GET /payouts/payouts/@w:one
    < .payout.state = "settled"
    < .payout.open = 0
    < .payout.settled = 5500
    < .payout.debited = "2026-01-12"
GET /payouts/payouts/@w:all
    < .payout.state = "settled"
    < .payout.debited = null
enter bank.line {"statement": "@e:s2", "line": "@y:l5", "amount": 2500,
    "booked": "2026-01-11", "reference": "$end_to_end", "class": "return",
    "why": "AC04", "source": "@sha:l5"} by bob
GET /payouts/payments
    < .payments[0].shown = "settled"
    < .payments[2].shown = "returned"
    < .payments[2].why = "AC04"
GET /payouts/claims?of=@k:mill
    < .claims # 1
    < .claims[0].target = "@g:g2"
    < .claims[0].amount = 2500
    < .claims[0].state = "returned"
GET /payouts/pledges/@g:g1
    < .shown = "refunded"
GET /payouts/pledges/@g:g2
    < .shown = "refund_returned"
GET /payouts/claims
    < .claims # 0
