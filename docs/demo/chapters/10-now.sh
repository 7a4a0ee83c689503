# Now: a campaign is open, and an act waits for its second signature
# shellcheck shell=sh disable=SC2154  # read by ../history

board=$(minutes fleet board 2025-06-09 \
    'The board seeks ten bicycles for the winter; Yasmine is admitted.')

# Yasmine has been admitted and has paid; her shares are to be issued.
play <<END
with --clock 2025-06-03T10:00:00Z --key yasmine.key
party register --party @yasmine.key key=@yasmine.key --auth key
  --type person --commitment new
member apply --party @yasmine.key --college couriers
share subscribe --subscription %s-yasmine --party @yasmine.key --class %c-a
  --quantity 15 --nature new
with --clock 2025-06-09T19:00:00Z --key camille.key --key driss.key
member admit --party @yasmine.key --college couriers --decision $board
share accept --subscription %s-yasmine --due 2025-06-30
ledger officer appoint --party @farid.key --role director --decision $board
END
payments 2025-06 08 2025-06-01 2025-06-20 <<END
2025-06-17 %s-yasmine 150.00
END

# It closes sixty days after this demonstration was first started.
closes=$(date -u -d '+60 days' +%Y-%m-%dT00:00:00Z)
settles=$(date -u -d '+70 days' +%Y-%m-%dT00:00:00Z)
[ -s "$VAR/closes" ] || echo "$closes $settles" >"$VAR/closes"
read -r closes settles <"$VAR/closes"
play <<END
campaign open --clock 2025-06-23T09:00:00Z --campaign %k-fleet
  --title "Dix vélos pour l’hiver"
  --summary 'Dix vélos cargos, pour ne plus rouler trempés sur de vieux vélos.'
  --mode all_or_nothing --minimum 8000.00 --optimum 20000.00
  --opens 2025-06-23T12:00:00Z --closes $closes --settles $settles
  --reflection-days 4 --least 5.00 --most 5000.00
  --budget 'code=bikes title="Dix vélos cargos" amount=8000.00 required=true'
  --budget 'code=boxes title="Caisses et lampes" amount=12000.00 required=false'
  --natures 'nature=gift' --natures 'nature=share class=%c-a'
  --decision $board --key camille.key --key driss.key
END

# The town doubles what citizens give, up to fifty euros each, if it succeeds.
play <<END
with --clock 2025-06-23T10:00:00Z --key sarrelune.key --key camille.key
  --key driss.key
match open --fund %f-town --party @sarrelune.key
  --title 'Sarrelune double vos dons' --budget 3000.00 --factor 1000000
  --per-person 50.00 --natures gift --use investment --funding on_success
match join --fund %f-town --campaign %k-fleet
END

# Camille signs the issue of Yasmine's shares; another officer has to, too.
{ echo "share issue --subscription %s-yasmine --key camille.key" \
    --clock 2025-06-24T09:00:00Z | batch >>"$log" 2>&1; } || [ $? = 6 ]

# Twelve citizens pledge today, each with a new key of their own.
"$here/citizens" 1 12 | awk '{
    share = NR % 4 == 0
    print "fleet-" $1, share ? "share" : "gift", share ? 100 : 15 * NR
}' >"$VAR/fleet"
# shellcheck disable=SC2046  # words
keys $(cut -d' ' -f1 "$VAR/fleet")

while read -r who nature amount; do
    echo "with --key $who.key"
    echo "party register --party @$who.key key=@$who.key --auth key" \
        "--type person --commitment new"
    echo "pledge make --pledge %g-$who --party @$who.key" \
        "--campaign %k-fleet --nature $nature --amount $amount.00" \
        "--on-failure refund"
done <"$VAR/fleet" | play
