# Bank statements and double entry.
include founding.inc
include campaign.inc
enter pledge.make {"pledge": "@g:g1", "campaign": "@k:mill", "amount": 5000,
    "nature": "gift", "on_failure": "refund", "party": "@p:leo"} by leo
GET /books/pledges/@g:g1
    < .payment.reference > reference
at 2026-01-12T09:00:00Z
enter bank.statement {"account": "@b:main", "statement": "@e:s1",
    "number": "2026/1", "from": "2026-01-01", "to": "2026-01-11",
    "opening": 0, "closing": 5700, "lines": 2, "sha256": "@sha:file"}
    by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l1", "amount": 5000,
    "booked": "2026-01-10", "effective": "2026-01-10",
    "reference": "$reference", "counterparty": "@sha:who",
    "source": "@sha:l1"} by clerk
enter bank.line {"statement": "@e:s1", "line": "@y:l2", "amount": 700,
    "booked": "2026-01-11", "effective": "2026-01-11",
    "source": "@sha:l2"} by clerk
GET /books/banks
    < .banks # 1
    < .banks[0].iban = "FR7630006000011234567890189"
    < .banks[0].closing = 5700
    < .banks[0].covered = "2026-01-11"
GET /books/statements
    < .statements # 1
    < .statements[0].number = "2026/1"
    < .statements[0].closing = 5700
    < .statements[0].entered = 2
    < .statements[0].state = "complete"
    < .statements[0].account = "@b:main"
GET /books/lines
    < .lines # 2
    < .lines[0].target = "@g:g1"
    < .lines[0].open = 0
    < .lines[0].state = "matched"
    < .lines[1].target = null
    < .lines[1].open = 700
    < .lines[1].state = "open"
    < without counterparty
GET /books/lines?state=open&statement=@e:s1
    < .lines # 1
    < .lines[0].id = "@y:l2"
GET /books/lines?state=closed
    < 400
    < .code = "bad-request"
GET /books/accounts
    < 200
    < .accounts[account=capital-paid].code_to_2025 = "1013"
    < .accounts[account=titles].code_to_2025 = "1671"
    < .accounts[account=titles].code_from_2026 = "16711"
    < .accounts[account=suspense].side = "either"
GET /books/balance
    < .trial.accounts # 3
    < .trial.accounts[account=bank].debit = 5700
    < .trial.accounts[account=bank].code = "5121"
    < .trial.accounts[account=pledge-held].credit = 5000
    < .trial.accounts[account=suspense].credit = 700
    < .trial.sums.debit = 5700
    < .trial.sums.credit = 5700
    < .memo.sums.debit = 0
    < .balances[account=bank].owner = "@b:main"
    < .balances[account=bank].balance = 5700
    < .balances[account=pledge-held].owner = "@k:mill"
    < .balances[account=suspense].owner = "@y:l2"
# On a day: by when postings take effect, not by when they were made.
GET /books/balance?at=2026-01-10
    < .at = "2026-01-10"
    < .trial.sums.debit = 5000
    < .trial.accounts # 2
    < .balances[account=bank].balance = 5000
GET /books/balance?at=2026-01-09
    < .trial.sums.debit = 0
    < .balances # 0
GET /books/balance?at=2026-13-01
    < 400
    < .code = "bad-request"
GET /books/journal
    < 200
    < .journal # 3
    < .journal[0].kind = "pledge.make"
    < .journal[0].index = 7
    < .journal[0].postings[0].account = "memo-pledges"
    < .journal[1].kind = "bank.line"
    < .journal[1].effective = "2026-01-10"
    < .journal[1].postings[0].amount exists
    < .next absent
GET /books/journal?limit=1
    < .journal # 1
    < .journal[0].index = 7
    < .next > next
GET $next
    < .journal # 1
    < .journal[0].index = 9
    < .next > next
GET $next
    < .journal # 1
    < .journal[0].index = 10
    < .next absent
GET /books/journal
    Accept: text/html
    < text <h1>Journal</h1>
    < text €50.00
GET /books/balance?lang=fr
    Accept: text/html
    < text Débit
    < text 57,00\s€
GET /books/audit
    Accept: text/html
    < 200
    < text terreau audit
GET /books/lines
    Accept: text/html
    < 200
    < text >Statement [^<]+</a>
    < without >[a-z]-[A-Za-z0-9_-]{22}<
GET /books/lines?state=open&lang=fr
    Accept: text/html
    < text Seulement les lignes non attribuées
GET /books/statements?lang=fr
    Accept: text/html
    < text >Relevé [^<]+</a>
GET /books/banks
    Accept: text/html
    < text FR76 3000 6000 0112
GET /books/payouts?lang=fr
    Accept: text/html
    < text Rien n’a encore été versé
GET /books/claims?lang=fr
    Accept: text/html
    < text A – [^<]+</a>
