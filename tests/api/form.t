# A citizen pledges by the form, without a key, on a ledger for practice.
include founding.inc
include campaign.inc
GET /form/campaigns/@k:mill/pledge?nature=gift
    Accept: text/html
    < 200
    < cache-control: no-store
    < content-security-policy: default-src 'none'; script-src 'self';*
    < text <form method="post" action="/form/pledges\?lang=en"
    < text value="gift"[^>]*checked
    < without value="share"[^>]*checked
    < text For practice only
    < without has_errors|class="errors"
GET /form/campaigns/@k:mill/pledge
    < 200
    < .available = true
    < .natures # 3
    < .natures[0].nature = "gift"
    < .natures[0].selected = false
    < .natures[1].nominal = 2000
    < .natures[1].least = 2000
    < .token ~ ^[A-Za-z0-9_-]{22}$
    < .token > token
GET /form/campaigns/@k:mill/pledge?nature=gift&colour=red
    < 400
    < .code = "bad-request"
# Everything that is wrong is said, and nothing typed is lost.
POST /form/pledges?lang=en
    Accept: text/html
    form campaign=@k:mill
    form token=$token
    form amount=1
    form name=Léo <b>
    form email=leo
    < 422
    < cache-control: no-store
    < text <title>Error: 
    < text Choose what you would like to do
    < text The minimum is €5.00
    < text Choose what happens if the campaign misses its minimum
    < text Enter a full e-mail address
    < text Tick the box
    < text value="1"
    < text value="Léo &lt;b&gt;"
    < text value="leo"
    < text value="$token"
    < text aria-invalid="true"
POST /form/pledges?lang=fr
    Accept: text/html
    form campaign=@k:mill
    form token=$token
    form nature=share
    form amount=30,00
    form on_failure=refund
    form name=
    form email=a@b.example
    form risk=yes
    < 422
    < text <html lang="fr">
    < text un multiple de 20,00\s€
    < text Indiquez votre nom
POST /form/pledges
    form campaign=@k:mill
    form token=$token
    form nature=gift
    form amount=1e3
    form on_failure=move
    form name=Léo
    form email=leo@example.org
    form risk=yes
    < 422
    < content-type: application/problem+json
    < .code = "bad-field"
    < .errors # 2
    < .errors[0].pointer = "/amount"
    < .errors[1].pointer = "/on_failure"
POST /form/pledges
    form campaign=@k:mill
    form token=$token
    form nature=gift
    form amount=501
    form on_failure=refund
    form name=Léo
    form email=leo@example.org
    form risk=yes
    < 422
    < .errors[0].detail = "The maximum is €500.00"
GET /form
    < .head.size = 7
# A pledge for a program: 201, and the opening of the commitment.
POST /form/pledges
    form campaign=@k:mill
    form token=$token
    form nature=gift
    form amount=25.50
    form on_failure=refund
    form name=Léo
    form email=leo@example.org
    form risk=yes
    < 201
    < location: /form/pledges/g-*
    < .pledge ~ ^g-
    < .party ~ ^p-
    < .opening ~ ^[0-9a-f]{64}$
    < .index = 8
    < .pledge > pledge
    < .party > party
    < .opening > opening
# The same form again is the same pledge.
POST /form/pledges
    form campaign=@k:mill
    form token=$token
    form nature=gift
    form amount=25.50
    form on_failure=refund
    form name=Léo
    form email=leo@example.org
    form risk=yes
    < 200
    < .pledge = "$pledge"
    < .opening = "$opening"
    < .index = 8
GET /form/pledges/$pledge
    < 200
    < .amount = 2550
    < .payment.amount = 2550
    < .state = "awaiting_funds"
    < .opening absent
    < .may_withdraw = true
# People are led to the page of their pledge; the opening is in a cookie.
set token AAAAAAAAAAAAAAAAAAAAAA
POST /form/pledges?lang=fr
    Accept: text/html
    Sec-Fetch-Site: same-origin
    form campaign=@k:mill
    form token=$token
    form nature=share
    form amount=40,00 €
    form on_failure=donate
    form name= Jeanne d’Arc 
    form email=jeanne@example.org
    form risk=yes
    < 303
    < location: /form/pledges/g-*?size=11&lang=fr
    < set-cookie: terreau_seal=*; Path=/form/pledges/g-*; Max-Age=600; HttpOnly; SameSite=Strict
    < header location > page
    < header set-cookie > cookie
GET $page
    Accept: text/html
    Cookie: $cookie
    < 200
    < cache-control: no-store
    < text Votre engagement
    < text 40,00\s€
    < text Clé de votre sceau
    < text RF[0-9]{2} 
GET $page
    Accept: text/html
    < without Clé de votre sceau
# Nothing of it is in the log but ids and a commitment.
GET /form/entries/9
    < .kind = "party.register"
    < .entry.auth = "email"
    < .entry.commitment ~ ^[0-9a-f]{64}$
    < .entry.public_name absent
    < .signers = ["clerk"]
    < without Jeanne|jeanne|Arc
GET /form/entries/10
    < .kind = "pledge.make"
    < .entry.on_failure = "donate"
    < without Jeanne|jeanne|Arc
# Forms of another site, strange fields, other types.
POST /form/pledges
    Sec-Fetch-Site: cross-site
    form campaign=@k:mill
    < 403
    < .code = "foreign-form"
POST /form/pledges
    form campaign=@k:mill
    form token=$token
    form admin=yes
    < 400
    < .code = "bad-request"
POST /form/pledges
    form campaign=@k:mill
    < 400
    < .code = "bad-request"
POST /form/pledges
    form campaign=@k:nowhere
    form token=$token
    < 404
    < .code = "not-found"
POST /form/pledges
    Content-Type: application/json
    | {}
    < 415
    < .code = "bad-media-type"
