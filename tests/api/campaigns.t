# Campaigns, pledges and what was received.
include founding.inc
include campaign.inc
GET /campaigns/campaigns
    < 200
    < .campaigns # 1
    < .campaigns[0].id = "@k:mill"
    < .campaigns[0].title = "The mill"
    < .campaigns[0].shown = "open"
    < .campaigns[0].url = "/campaigns/campaigns/@k:mill"
    < .next absent
enter pledge.make {"pledge": "@g:g1", "campaign": "@k:mill", "amount": 5000,
    "nature": "gift", "on_failure": "refund", "party": "@p:leo"} by leo
enter pledge.make {"pledge": "@g:g2", "campaign": "@k:mill", "amount": 4000,
    "nature": "share", "on_failure": "donate", "party": "@p:leo"} by leo
# Awaited money counts for nothing.
GET /campaigns/campaigns/@k:mill
    < 200
    < .title = "The mill"
    < .summary = "A mill for the village."
    < .state = "open"
    < .progress.minimum = 100000
    < .progress.optimum = 200000
    < .progress.cap = 300000
    < .progress.awaited = 9000
    < .progress.received.sum = 0
    < .progress.received.count = 0
    < .progress.counted = 0
    < .progress.counted_ppm = 0
    < .least = 500
    < .most = 50000
    < .budget # 2
    < .budget[0].title = "Stones"
    < .budget[0].amount = 100000
    < .budget[0].required = true
    < .natures # 3
    < .natures[1].nature = "share"
    < .natures[1].class = "@c:A"
    < .natures[2].offer = "@o:o1"
    < .decision.body = "board"
GET /campaigns/pledges/@g:g1
    < 200
    < cache-control: no-store
    < x-robots-tag: noindex
    < .id = "@g:g1"
    < .state = "awaiting_funds"
    < .amount = 5000
    < .due = 5000
    < .campaign.title = "The mill"
    < .payment.beneficiary = "La Graine"
    < .payment.iban = "FR7630006000011234567890189"
    < .payment.iban_grouped = "FR76 3000 6000 0112 3456 7890 189"
    < .payment.amount = 5000
    < .payment.reference ~ ^RF[0-9]{2}P[0-9A-Z]+$
    < .payment.reference > reference
    < .payment.reference_grouped ~ ^RF[0-9]{2} 
    < .payment.until = "2190-02-01"
    < .cooling_off_until ~ ^2026-01-14T23:00:00Z$
    < .receipt.number = 7
    < .receipt.url = "/campaigns/pledges/@g:g1/receipt"
    < .receipt.proof_url = "/campaigns/receipt/7?format=tlog-proof"
# The money comes.
at 2026-01-12T09:00:00Z
enter bank.statement {"account": "@b:main", "statement": "@e:s1",
    "number": "1", "from": "2026-01-01", "to": "2026-01-11", "opening": 0,
    "closing": 5000, "lines": 1, "sha256": "@sha:file"} by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l1", "amount": 5000,
    "booked": "2026-01-11", "reference": "$reference",
    "source": "@sha:l1"} by bob
GET /campaigns/campaigns/@k:mill
    < .progress.counted = 5000
    < .progress.received.count = 1
    < .progress.awaited = 4000
    < .progress.counted_ppm = 50000
GET /campaigns/pledges/@g:g1
    < .state = "received"
    < .received = 5000
    < .due = 0
    < .payment = null
GET /campaigns/pledges?campaign=@k:mill
    < 200
    < cache-control: no-store
    < .pledges # 2
    < .pledges[0].id = "@g:g1"
    < .pledges[0].reference absent
    < .pledges[1].state = "awaiting_funds"
GET /campaigns/pledges?limit=1
    < .pledges # 1
    < .next = "/campaigns/pledges?after=1&limit=1"
    < link: </campaigns/pledges?after=1&limit=1>; rel="next"
    < .next > next
GET $next
    < .pledges # 1
    < .pledges[0].id = "@g:g2"
    < .next absent
    < no link
GET /campaigns/pledges?campaign=nonsense
    < 400
    < .code = "bad-request"
GET /campaigns/campaigns/@k:other
    < 404
    < .code = "not-found"
GET /campaigns/campaigns/@g:g1
    < 404
GET /campaigns/campaigns/@k:mill
    Accept: text/html
    < 200
    < text <h1>The mill</h1>
    < text €50.00
    < text €1,000.00
    < text Awaited|awaited
    < text href="/campaigns/campaigns/@k:mill/pledge\?nature=gift"
    < text aria-current="step"><strong>Last day to pledge
    < text What happens if it fails
GET /campaigns/pledges
    Accept: text/html
    < text <a href="/campaigns/campaigns/@k:mill">The mill</a>
    < without >[a-z]-[A-Za-z0-9_-]{22}<
GET /campaigns/funds?lang=fr
    Accept: text/html
    < text fonds d’abondement
GET /campaigns/campaigns/@k:mill?lang=fr
    Accept: text/html
    < text 1\s000,00\s€
    < text Indispensable
    < text 1er\sfévrier\s2190|février\s2190
GET /campaigns/pledges/@g:g2
    Accept: text/html
    Accept-Language: fr-FR,fr;q=0.9
    < 200
    < content-language: fr
    < text Faites ce virement
    < text FR76 3000 6000 0112 3456 7890 189
    < text 40,00\s€
