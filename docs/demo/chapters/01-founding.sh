# February 2024: six founders, three colleges, three officers
# shellcheck shell=sh disable=SC2154  # read by ../history

keys camille driss elsa farid tilleuls sarrelune

opened=$(minutes founding founders 2024-02-01 \
    'Six founders open Vélocité, SCIC SAS.')
clerk=$(jq -r .clerk "$VAR/node.json")

# The officers sign together: who founds, who decides, what the statutes say.
play <<END
ledger open --clock 2024-02-01T18:00:00Z
  --name 'Vélocité' --profile fr-scic-sas --registration 912345675
  --country FR --currency EUR --rules 2 --trial true clerk=$clerk
  --books-from 2024-01-01
  --founders 'party=@camille.key key=@camille.key type=person commitment=new'
  --founders 'party=@driss.key key=@driss.key type=person commitment=new'
  --founders 'party=@elsa.key key=@elsa.key type=person commitment=new'
  --founders 'party=@farid.key key=@farid.key type=person commitment=new'
  --founders 'party=@tilleuls.key key=@tilleuls.key type=organisation
              commitment=new public_name="AMAP des Tilleuls"'
  --founders 'party=@sarrelune.key key=@sarrelune.key type=public_body
              commitment=new public_name="Ville de Sarrelune"'
  --officers 'party=@camille.key key=@camille.key role=chair'
  --officers 'party=@driss.key key=@driss.key role=treasurer'
  --officers 'party=@elsa.key key=@elsa.key role=secretary'
  --colleges 'college=couriers name="Coursiers" votes_ppm=400000'
  --colleges 'college=users name="Usagers" votes_ppm=350000'
  --colleges 'college=partners name="Partenaires" votes_ppm=250000'
  --statutes 'capital_floor=30500.00 reflection_days=4 notice_months=3'
  --key camille.key --key driss.key --key elsa.key
END

# Everything from here on is decided by those who hold office.
play <<END
with --clock 2024-02-02T09:00:00Z --key camille.key --key driss.key
bank account --account %b-main --name 'Vélocité'
  --iban FR7630006000011234567890189

# Members' shares: 20 euros, half at once and half when it is called.
class adopt --class %c-a --code A --name 'Parts sociales' --nominal 20.00
  --called-ppm 500000 --paid-ppm 500000 --call-days 21 --decision $opened
# Supporters' shares: 100 euros, paid at once.
class adopt --class %c-b --code B --name 'Parts de soutien' --nominal 100.00
  --called-ppm 1000000 --paid-ppm 1000000 --call-days 21 --decision $opened

member admit --party @camille.key --college couriers --decision $opened
member admit --party @elsa.key --college couriers --decision $opened
member admit --party @driss.key --college users --decision $opened
member admit --party @farid.key --college users --decision $opened
member admit --party @tilleuls.key --college partners --decision $opened
member admit --party @sarrelune.key --college partners --decision $opened
END

# The founders subscribe 700 shares; the town holds less than half of them.
{
    echo "with --clock 2024-02-02T10:00:00Z"
    for who in 'camille 100' 'driss 75' 'elsa 75' 'farid 50' 'tilleuls 150' \
        'sarrelune 250'; do
        # shellcheck disable=SC2086  # two words
        set -- $who
        echo "share subscribe --subscription %s-$1 --party @$1.key
            --class %c-a --quantity $2 --nature founding --key $1.key"
    done
    echo "with --clock 2024-02-02T11:00:00Z --key camille.key --key driss.key"
    for who in camille driss elsa farid tilleuls sarrelune; do
        echo "share accept --subscription %s-$who --due 2024-02-29"
    done
} | play

payments 2024-02 02 2024-02-01 2024-02-15 <<END
2024-02-06 %s-camille 1000.00
2024-02-06 %s-driss 750.00
2024-02-08 %s-elsa 750.00
2024-02-09 %s-farid 500.00
2024-02-12 %s-tilleuls 1500.00
2024-02-14 %s-sarrelune 2500.00
END

play <<END
with --clock 2024-02-16T09:00:00Z --key camille.key --key elsa.key
share issue --subscription %s-camille
share issue --subscription %s-driss
share issue --subscription %s-elsa
share issue --subscription %s-farid
share issue --subscription %s-tilleuls
share issue --subscription %s-sarrelune
END
