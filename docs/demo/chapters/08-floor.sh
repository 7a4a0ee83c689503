# Spring 2025: the capital floor lets one leave and makes another wait
# shellcheck shell=sh disable=SC2154  # read by ../history

first=$(minutes redemptions board 2025-04-16 \
    'Quentin is redeemed; for the cooperative of the wind nothing is left.')
second=$(minutes redemptions-2 board 2025-06-02 \
    'New members came: twenty-six shares of the wind can be redeemed.')

# The notice has run.  Capital 31,000, floor 30,500: Quentin's 500 fit, and
# nothing more.
play <<END
with --clock 2025-04-16T19:00:00Z --key camille.key --key driss.key
share redeem accept --redemption %r-quentin --quantity 25 --decision $first
share redeem defer --redemption %r-vents --reason capital-floor
  --decision $first
END

# Three join in May, with 130 shares; now 26 of the wind's 50 can go.
keys salome theo wahid yasmine
{
    for who in 'salome couriers 60' 'theo users 50' 'wahid users 20'; do
        # shellcheck disable=SC2086  # three words
        set -- $who
        cat <<END
with --clock 2025-05-05T10:00:00Z --key $1.key
party register --party @$1.key key=@$1.key --auth key --type person
  --commitment new
member apply --party @$1.key --college $2
share subscribe --subscription %s-$1 --party @$1.key --class %c-a
  --quantity $3 --nature new
END
    done
    echo "with --clock 2025-05-12T19:00:00Z"
    for who in 'salome couriers' 'theo users' 'wahid users'; do
        # shellcheck disable=SC2086  # two words
        set -- $who
        echo "member admit --party @$1.key --college $2 --key elsa.key" \
            "--decision $first"
        echo "share accept --subscription %s-$1 --due 2025-05-31" \
            "--key camille.key --key driss.key"
    done
} | play
payments 2025-05 08 2025-04-01 2025-05-31 <<END
2025-05-19 %s-salome 600.00
2025-05-20 %s-theo 500.00
2025-05-23 %s-wahid 200.00
END
play <<END
with --clock 2025-06-02T19:00:00Z --key camille.key --key driss.key
share issue --subscription %s-salome
share issue --subscription %s-theo
share issue --subscription %s-wahid
share redeem accept --redemption %r-vents --quantity 26 --decision $second
END
