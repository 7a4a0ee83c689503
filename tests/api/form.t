# A citizen pledges: a form, a signature, a mail with a link, and the log.
include founding.inc
include campaign.inc
GET /form/campaigns/@k:mill/pledge?nature=gift
    Accept: text/html
    < 200
    < cache-control: no-store
    < content-security-policy: default-src 'none'; script-src 'self';*
    < text <form method="post" action="/form/pledges\?lang=en#errors"
    < text name="nature" value="gift"
    < text For practice only
    < without has_errors|class="errors"
    < without name="birth_day"|name="address"|Risk of loss
GET /form/campaigns/@k:mill/pledge?nature=share&lang=fr
    Accept: text/html
    < 200
    < text Prendre des parts
    < text Une part coûte 20,00\s€
    < text name="birth_day"
    < text name="address"
    < text Un investissement dans un projet de financement participatif comporte un risque de perte de la totalité des sommes investies\.
# Without a nature the natures are offered, each with its risk.
GET /form/campaigns/@k:mill/pledge
    < 200
    < .open = true
    < .natures # 3
    < .natures[0].nature = "gift"
GET /form/campaigns/@k:mill/pledge?nature=share
    < 200
    < .nominal = 2000
    < .documents[0].title = "The statutes"
    < .hint ~ ^A whole number from
GET /form/campaigns/@k:mill/pledge?nature=gift&colour=red
    < 400
    < .code = "bad-request"
# Everything that is wrong is said, and nothing typed is lost.
POST /form/pledges?lang=en
    Accept: text/html
    form campaign=@k:mill
    form nature=share
    form shares=0
    form given=Léo <b>
    form family=
    form email=leo
    form birth_day=31
    form birth_month=02
    form birth_year=1985
    form country=XX
    form show=pseudonym
    form pseudonym=x
    < 422
    < cache-control: no-store
    < text <title>Error: 
    < text 12 things need your attention
    < text Enter a number of shares between 1 and
    < text Choose what happens if the campaign misses its minimum
    < text Enter your family name
    < text Enter a full e-mail address, such as name@example.org
    < text Enter a real date of birth, such as 27 3 1985
    < text Enter your address
    < text Enter your postcode
    < text Enter your town or city
    < text Choose a pseudonym of 2 to 40 characters
    < text Tick the box to confirm that you have read the documents
    < text Tick the box to confirm that you have read the warning
    < text value="Léo &lt;b&gt;"
    < text value="leo"
    < text aria-invalid="true"
POST /form/pledges?lang=fr
    Accept: text/html
    form campaign=@k:mill
    form nature=gift
    form amount=1.000
    form on_failure=refund
    form given=Léo
    form family=Petit
    form email=a@b.example
    form consent=yes
    < 422
    < text <html lang="fr">
    < text Il reste 1 point à corriger
    < text Écrivez le montant en chiffres, par exemple 25 ou 25,50
POST /form/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=501
    form on_failure=refund
    form given=Léo
    form family=Petit
    form email=leo@example.org
    form consent=yes
    < 422
    < content-type: application/problem+json
    < .code = "bad-field"
    < .errors # 1
    < .errors[0].pointer = "/amount"
    < .errors[0].detail = "The maximum is €500.00"
# Nobody under eighteen.
POST /form/pledges
    form campaign=@k:mill
    form nature=share
    form shares=2
    form on_failure=refund
    form given=Léo
    form family=Petit
    form email=leo@example.org
    form birth_day=1
    form birth_month=1
    form birth_year=2020
    form address=1 rue X
    form postcode=75001
    form town=Paris
    form country=FR
    form consent=yes
    form risk=yes
    < 422
    < .errors # 1
    < .errors[0].detail = "You must be 18 to subscribe to shares"
# No line end gets into an address.
POST /form/pledges
    Content-Type: application/x-www-form-urlencoded
    | campaign=@k:mill&nature=gift&amount=25&on_failure=refund&given=L&family=P&consent=yes&email=leo%40example.org%0D%0ABcc%3A%20x%40example.org
    < 422
    < .errors # 1
    < .errors[0].pointer = "/email"
GET /form
    < .head.size = 7
# A form that is right leads to the page where it is signed.
POST /form/pledges?lang=fr
    Accept: text/html
    Sec-Fetch-Site: same-origin
    form campaign=@k:mill
    form nature=share
    form shares=2
    form on_failure=donate
    form given= Jeanne 
    form family=d’Arc
    form email=Jeanne@Example.org
    form birth_day=6
    form birth_month=01
    form birth_year=1990
    form address=8 rue des Teinturiers
    form postcode=99120
    form town=Osmes
    form country=FR
    form show=hidden
    form consent=yes
    form risk=yes
    < 303
    < location: /form/drafts/*?lang=fr
    < no set-cookie
    < header location > draft
GET $draft
    Accept: text/html
    < 200
    < cache-control: no-store
    < x-robots-tag: noindex
    < text Étape 2 sur 3
    < text 40,00\s€
    < text 2 parts de 20,00\s€
    < text Jeanne d’Arc
    < text 8 rue des Teinturiers, 99120 Osmes
    < text terreau/entry/v1\nsandbox|terreau/entry/v1\n
    < text &quot;kind&quot;:&quot;party.register&quot;
    < text &quot;auth&quot;:&quot;email&quot;
    < text &quot;kind&quot;:&quot;pledge.make&quot;
    < text empreinte des documents lus
    < text Continuer avec une confirmation par e-mail
GET $draft
    Accept: application/json
    < .texts # 2
    < .texts[0].fields[name=nonce].value > first
    < .texts[1].fields[name=nonce].value > second
    < .texts_url > texts
    < .action > action
    < .mail_url > again
# The same texts again and again; with a key only the first one changes.
GET $draft
    < .texts[0].fields[name=nonce].value = "$first"
    < .texts[1].fields[name=nonce].value = "$second"
POST $texts
    form key=AAAA
    < 422
    < .code = "bad-field"
POST $texts
    form key=@key:bob
    < 200
    < .known = false
    < .party ~ ^p-
    < .texts[0].fields[name=auth].value = "key"
    < .texts[0].fields[name=key].value = "@key:bob"
    < .texts[0].fields[name=nonce].value = "$first"
    < .texts[1].fields[name=nonce].value = "$second"
# A signature that is none is refused; nobody signs for somebody else.
POST $action
    form how=key
    form key=@key:bob
    form signature_0=AAAA
    form signature_1=AAAA
    < 403
    < .code = "bad-signature"
POST $action
    form how=paper
    < 400
POST $action
    Sec-Fetch-Site: cross-site
    form how=email
    < 403
    < .code = "foreign-form"
POST $action
    Accept: text/html
    Sec-Fetch-Site: same-origin
    form how=email
    < 303
    < location: /form/drafts/*
GET $draft
    Accept: text/html
    < 200
    < text Ouvrez votre boîte
    < text Jeanne@example.org
mailed Jeanne@example.org (/confirm/\S+) > old
# A second mail ends the link of the first.
POST $again
    Content-Type: application/x-www-form-urlencoded
    Accept: text/html
    < 303
mailed Jeanne@example.org (/confirm/\S+) > link
GET $old
    < 404
GET /form
    < .head.size = 7
# GET shows, and shows again; POST records, once, in any browser.
GET $link
    Accept: text/html
    < 200
    < cache-control: no-store
    < text Confirmez votre engagement
    < text 40,00\s€
    < text par e-mail, sans clé
    < no set-cookie
GET $link
    < 200
    < .used = false
    < .auth = "email"
    < .amount = 4000
GET /form
    < .head.size = 7
POST $link
    Accept: text/html
    Sec-Fetch-Site: cross-site
    form how=email
    < 403
POST $link
    Accept: text/html
    Content-Type: application/x-www-form-urlencoded
    < 303
    < location: /form/pledges/g-*?size=9&lang=fr
    < set-cookie: terreau_seal=*; Path=/form/pledges/g-*; Max-Age=3600; HttpOnly; SameSite=Strict*
    < header location > page
    < header set-cookie > cookie
POST $link
    Accept: text/html
    Content-Type: application/x-www-form-urlencoded
    < 200
    < text Ce lien a déjà servi
    < no set-cookie
GET $draft
    Accept: text/html
    < 303
    < location: /form/pledges/g-*
GET $page
    Accept: text/html
    Cookie: $cookie
    < 200
    < cache-control: no-store
    < x-robots-tag: noindex
    < text C’est inscrit. Il reste à payer.
    < text 40,00\s€
    < text RF[0-9]{2} 
    < text Renoncer à mon engagement
    < without Jeanne|Teinturiers|example.org
# The receipt carries the opening for whoever has just confirmed.
GET $page
    < .receipt.number = 8
    < .receipt.url > receipt
    < .receipt.proof_url > proof
    < .withdraw.allowed = true
    < .history # 1
    < .payment.amount = 4000
GET $receipt
    Cookie: $cookie
    < 200
    < content-disposition: attachment; filename="form-8.terreau"
    < text ^c2sp.org/tlog-proof@v1\nextra [A-Za-z0-9+/]{43}=\n
    < text "kind":"pledge.make"
GET $receipt
    < 200
    < without extra
GET $proof
    < 200
    < without "kind"
mailed Jeanne@example.org (Reçu n° 8, 40,00) > told
# Nothing of it is in the log but ids and a commitment.
GET /form/entries/7
    < .kind = "party.register"
    < .entry.auth = "email"
    < .entry.commitment ~ ^[0-9a-f]{64}$
    < .entry.public_name absent
    < .signers = ["clerk"]
    < without Jeanne|jeanne|Arc|Teinturiers|Osmes
GET /form/entries/8
    < .kind = "pledge.make"
    < .entry.on_failure = "donate"
    < .entry.display = "hidden"
    < .entry.consents ~ ^[0-9a-f]{64}$
    < without Jeanne|jeanne|Arc
# The answers can be changed as long as nothing is confirmed.
POST /form/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=25,50 €
    form on_failure=refund
    form given=Zoé
    form family=Petit
    form email=zoe@example.org
    form consent=yes
    < 201
    < .draft > second_draft
GET $second_draft
    < .change_url > change
    < .action > second_action
GET $change
    Accept: text/html
    < 200
    < text value="25.50"
    < text value="Zoé"
    < text value="zoe@example.org"
# Money can move on to a campaign that ends later, if there is one.
POST /form/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=25
    form on_failure=move
    form given=Zoé
    form family=Petit
    form email=zoe@example.org
    form consent=yes
    < 422
    < .errors # 1
    < .errors[0].pointer = "/on_failure"
at
enter campaign.open {"campaign": "@k:oven", "title": "The oven", "minimum": 1000, "mode": "all_or_nothing", "opens": "2026-01-06T00:00:00Z", "closes": "2191-01-01T00:00:00Z", "settles": "2191-02-01T00:00:00Z", "budget": [{"amount": 1000, "code": "bricks", "required": true, "title": "Bricks"}], "natures": [{"nature": "gift"}], "decision": {"body": "board", "date": "2026-01-02", "sha256": "@sha:minutes"}} by ana bob
GET /form/campaigns/@k:mill/pledge?nature=gift
    < .next.title = "The oven"
GET /form/campaigns/@k:oven/pledge
    < .nature = "gift"
    < .next absent
POST /form/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=25
    form on_failure=move
    form given=Zoé
    form family=Petit
    form email=zoe@example.org
    form consent=yes
    < 201
    < .draft > moving
GET $moving
    < .on_failure = "Moved to “The oven”"
    < .texts[1].fields[name=move_to].value = "@k:oven"
# What the ledger refuses meanwhile leaves nothing behind.
POST $second_action
    form how=email
    < 202
    < .sent_to = "zoe@example.org"
mailed zoe@example.org (/confirm/\S+) > late
at
enter campaign.cancel {"campaign": "@k:mill", "reason": "purpose-gone", "decision": {"body": "board", "date": "2026-01-10", "sha256": "@sha:minutes"}} by ana bob
GET /form
    < .head.size > size
POST $late
    Content-Type: application/x-www-form-urlencoded
    < 409
    < .code = "wrong-state"
    < .detail = "The campaign takes no pledges any more. Nothing was recorded."
GET $late
    < 404
GET /form
    < .head.size = $size
# Tokens that are none, strange fields, other types.
GET /confirm/1-AAAA
    < 404
GET /confirm/nothing
    < 404
GET /form/drafts/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA
    < 404
POST /form/pledges
    Sec-Fetch-Site: cross-site
    form campaign=@k:mill
    < 403
    < .code = "foreign-form"
POST /form/pledges
    form campaign=@k:mill
    form admin=yes
    < 400
    < .code = "bad-request"
POST /form/pledges
    form campaign=@k:nowhere
    form nature=gift
    < 404
    < .code = "not-found"
POST /form/pledges
    form campaign=@k:mill
    form nature=gift
    form amount=25
    form on_failure=refund
    form given=Zoé
    form family=Petit
    form email=zoe@example.org
    form consent=yes
    < 422
    < .errors[0].detail ~ ^The campaign closed on
POST /form/pledges
    Content-Type: application/json
    | {}
    < 415
    < .code = "bad-media-type"
