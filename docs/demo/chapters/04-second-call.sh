# Autumn 2024: the second half of the members' shares is called
# shellcheck shell=sh disable=SC2154  # read by ../history

# How many subscriptions have something left to call, and how much: the
# ledger refuses a call whose figures are not its own.
class=$(id_of %c-a)
uncalled=$(terreau --json share subscriptions |
    jq --arg class "$class" '[.subscriptions[] |
        select(.class == $class and (.state == "issued")) |
        .nominal - .called | select(. > 0)]')
count=$(echo "$uncalled" | jq length)
total=$(echo "$uncalled" | jq -r 'add / 100 | tostring + ".00"')

# One act of the treasurer; the clerk carries it out, step by step.
play <<END
share call --target %c-a --part 500000 --due 2024-09-30 --count $count
  --total $total --clock 2024-09-02T09:00:00Z --key driss.key
END

payments 2024-09 02 2024-06-12 2024-09-30 <<END
2024-09-09 %s-camille 1000.00
2024-09-09 %s-driss 750.00
2024-09-10 %s-elsa 750.00
2024-09-11 %s-farid 500.00
2024-09-12 %s-tilleuls 1500.00
2024-09-16 %s-gaelle 250.00
2024-09-16 %s-hugo 250.00
2024-09-17 %s-ines 500.00
2024-09-18 %s-jonas 100.00
2024-09-18 %s-khadija 100.00
2024-09-19 %s-leo 500.00
2024-09-23 %s-maud 250.00
2024-09-24 %s-nadir 100.00
2024-09-25 %s-olga 1000.00
2024-09-26 %s-pierre 100.00
2024-09-27 %s-quentin 250.00
2024-09-30 %s-sarrelune 2500.00
END

# Rosa pays late, and in two parts.
payments 2024-10 02 2024-10-01 2024-10-31 <<END
2024-10-14 %s-rosa 60.00
2024-10-28 %s-rosa 40.00
END
