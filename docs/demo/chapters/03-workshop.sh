# Spring 2024: a campaign for a workshop reaches its goal
# shellcheck shell=sh disable=SC2154  # read by ../history

board=$(minutes workshop board 2024-04-17 \
    'The board seeks seed money for a workshop of our own.')

play <<END
campaign open --clock 2024-04-17T20:00:00Z --campaign %k-workshop
  --title 'Un atelier pour nos vélos cargo'
  --summary 'Réparer nos vélos, et ceux du quartier.'
  --mode all_or_nothing --minimum 5000.00 --optimum 9000.00
  --opens 2024-04-20T06:00:00Z --closes 2024-06-01T00:00:00Z
  --settles 2024-06-11T00:00:00Z --reflection-days 4 --least 5.00
  --budget 'code=tools title="Outils et supports" amount=3500.00 required=true'
  --budget 'code=rent title="Six mois de loyer" amount=1500.00 required=true'
  --budget 'code=stock title="Pièces détachées" amount=4000.00 required=false'
  --natures 'nature=gift' --natures 'nature=share class=%c-a'
  --decision $board --key camille.key --key driss.key
END

# Forty citizens: two of three give, the third takes shares of 20 euros.
"$here/citizens" 1 40 | awk '{
    day = 20 + int(NR * 0.8); month = 4
    if (day > 30) { day -= 30; month = 5 }
    share = NR % 3 == 0
    amount = share ? 20 * (1 + NR * 5 % 20) : 10 * (1 + NR * 7 % 30)
    printf "%s 2024-%02d-%02d %s %d.00 %s\n", $1, month, day,
        share ? "share" : "gift", amount, NR % 4 == 1 ? "donate" : "refund"
}' >"$VAR/workshop"
# shellcheck disable=SC2046  # words
keys $(cut -d' ' -f1 "$VAR/workshop")

{
    while read -r who day nature amount fallback; do
        echo "with --clock ${day}T12:00:00Z --key $who.key"
        echo "party register --party @$who.key key=@$who.key --auth key" \
            "--type person --commitment new"
        echo "pledge make --pledge %g-workshop-$who --party @$who.key" \
            "--campaign %k-workshop --nature $nature --amount $amount" \
            "--on-failure $fallback"
    done <"$VAR/workshop"
    cat <<END
# Claire takes her pledge back, as she may.
pledge withdraw --pledge %g-workshop-claire --clock 2024-05-22T13:00:00Z
  --key claire.key
# Madame Roux filled in the paper form on the market; the secretary signs.
with --clock 2024-05-22T18:00:00Z --key elsa.key
party register --party %p-roux --auth paper --type person --commitment new
pledge make --pledge %g-workshop-roux --party %p-roux --campaign %k-workshop
  --nature gift --amount 25.00 --on-failure refund
END
} | play

# Most pay within the month: Basile pays ten euros too many; Daphne forgets
# the reference; the bank takes its fee.  Carla never pays.
paid() { # FROM TO DAY: a payment for each of these pledges
    sed -n "$1,$2p" "$VAR/workshop" | while read -r who _ _ amount _; do
        case $who in
        claire | carla | daphne) continue ;;
        basile) amount=$(echo "$amount" | awk '{ printf "%.2f", $1 + 10 }') ;;
        esac
        echo "$3 %g-workshop-$who $amount"
    done
}
lost=$(awk '$1 == "daphne" { print $4 }' "$VAR/workshop")
{
    paid 1 24 2024-05-21
    echo "2024-05-22 merci pour l'atelier $lost"
    echo "2024-05-22 frais de tenue de compte -4.50"
} | payments 2024-05 02 2024-04-16 2024-05-22

# What the bank could not tell is in suspense.  The treasurer takes Daphne's
# transfer for a gift; five days later she asks, and the mistake is undone.
open_line() { # JQ CONDITION
    terreau --json bank lines --state open | jq -r ".lines[] | select($1) | .id"
}
fee=$(open_line '.amount < 0')
unknown=$(open_line '.amount > 0')
play <<END
bank allocate --line $fee --parts 'amount=4.50 use=bank-fees'
  --clock 2024-05-23T09:00:00Z --key driss.key
bank allocate --line $unknown --parts 'amount=$lost use=donation'
  --clock 2024-05-23T09:05:00Z --key driss.key
END
mistake=$(terreau --json ledger entries --kind bank.allocate |
    jq '.entries | map(.index) | max')
play <<END
with --clock 2024-05-28T09:00:00Z --key camille.key --key driss.key
ledger reverse --index $mistake --reason mistake
bank allocate --line $unknown
  --parts 'amount=$lost target=%g-workshop-daphne'
END

# The statement that covers the last day of settlement ends the campaign: the
# clerk counts what came, and anybody can count after it.
{
    paid 25 40 2024-06-05
    echo "2024-06-06 %g-workshop-roux 25.00"
} | payments 2024-06 02 2024-05-23 2024-06-11
unset -f paid open_line
