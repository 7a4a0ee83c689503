# Winter 2024: a campaign for a hub falls short, and its money goes back
# shellcheck shell=sh disable=SC2154  # read by ../history

board=$(minutes hub board 2024-10-30 \
    'The board tries for a hub by the station.')

play <<END
campaign open --clock 2024-11-01T09:00:00Z --campaign %k-hub
  --title 'Une halte de livraison à la gare'
  --summary 'Un local à la gare, où les colis passent du train au vélo.'
  --mode all_or_nothing --minimum 15000.00
  --opens 2024-11-02T06:00:00Z --closes 2024-12-15T00:00:00Z
  --settles 2024-12-23T00:00:00Z --reflection-days 4 --least 10.00
  --budget 'code=lease title="Bail et caution" amount=9000.00 required=true'
  --budget 'code=works title="Travaux" amount=6000.00 required=true'
  --natures 'nature=gift least=10.00' --decision $board
  --key camille.key --key driss.key
END

# Twenty-eight citizens, ten of them for the second time.
"$here/citizens" 31 58 | awk '{
    printf "%s 2024-11-%02d %d.00 %s\n", $1, 3 + int(NR * 0.8),
        20 * (1 + NR * 5 % 12), NR % 5 == 2 ? "donate" : "refund"
}' >"$VAR/hub"
# shellcheck disable=SC2046  # words
keys $(cut -d' ' -f1 "$VAR/hub")

while read -r who day amount fallback; do
    echo "with --clock ${day}T19:00:00Z --key $who.key"
    grep -q "^$who " "$VAR/workshop" ||
        echo "party register --party @$who.key key=@$who.key --auth key" \
            "--type person --commitment new"
    echo "pledge make --pledge %g-hub-$who --party @$who.key" \
        "--campaign %k-hub --nature gift --amount $amount" \
        "--on-failure $fallback"
done <"$VAR/hub" | play

sed -n 1,24p "$VAR/hub" | while read -r who day amount fallback; do
    echo "2024-12-02 %g-hub-$who $amount"
done | payments 2024-12 02 2024-11-01 2024-12-10

# Far from 15,000 euros: the statement of the last day ends it, and what
# came in is due to go back, or stays as a gift where the giver said so.
payments 2024-12b 02 2024-12-11 2024-12-23 </dev/null

# In January the money goes back to the accounts from which it came: two sign
# the batch, and say in the log whose accounts they read for it; the bank's
# file is written, and what the bank shows next settles them all.
if [ "$(figure bank payouts | jq '.payouts | length')" = 0 ]; then
    owed=$(figure bank claims --of "$(id_of %k-hub)" |
        jq '[.claims[].amount]')
    play <<END
with --clock 2025-01-06T10:00:00Z --key camille.key --key driss.key
bank prepare --payout %w-hub --account %b-main --all-of %k-hub
  --count $(echo "$owed" | jq length)
  --total $(echo "$owed" | jq -r 'add / 100 | tostring')
END
fi
[ -s "$VAR/statements/hub-refunds.xml" ] ||
    terreau bank payout --payout "$(id_of %w-hub)" --quiet --yes --json \
        --to "$VAR/statements/hub-refunds.xml" --execute 2025-01-07 \
        --clock 2025-01-06T10:05:00Z --key camille.key --key driss.key \
        --passphrase-fd 3 3<"$VAR/passphrase" >>"$log"
total=$(figure bank payouts | jq -r '.payouts[0].total / 100 | tostring')
payments 2025-01 02 2024-12-24 2025-01-09 <<END
2025-01-07 %w-hub -$total.00
END
