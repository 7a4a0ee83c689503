# Spring 2025: the town commits patient capital
# shellcheck shell=sh disable=SC2154  # read by ../history

board=$(minutes town board 2025-02-03 \
    'The board seeks sixty thousand euros for seven years at one per cent.')
signed=$(minutes contract board 2025-03-03 \
    'The contract with the town of Sarrelune is signed.')

play <<END
capital offer --offer %o-patient --title 'Prêt subordonné à sept ans'
  --instrument subordinated_loan --most 60000.00 --each-least 10000.00
  --rate 10000 --day-count act/365f --repayment bullet --term 84
  --conditions 'code=council title="Le conseil municipal a voté"'
  --decision $board --clock 2025-02-03T20:00:00Z
  --key camille.key --key driss.key
capital commit --contract %i-town --offer %o-patient --party @sarrelune.key
  --amount 50000.00 --clock 2025-02-24T16:00:00Z --key sarrelune.key
capital accept --contract %i-town --decision $signed
  --clock 2025-03-03T20:00:00Z --key camille.key --key driss.key
# Two tranches; the first is paid, the second is awaited.
capital call --tranche %u-first --contract %i-town --amount 20000.00
  --due 2025-04-01 --clock 2025-03-04T09:00:00Z --key driss.key
END

# From this year on the bank writes camt.053 in its newer version.
payments 2025-03 08 2025-01-10 2025-03-31 <<END
2025-03-28 %u-first 20000.00
2025-03-31 frais trimestriels -12.00
END
fee=$(terreau --json bank lines --state open |
    jq -r '.lines[] | select(.amount < 0) | .id')
play <<END
bank allocate --line $fee --parts 'amount=12.00 use=bank-fees'
  --clock 2025-04-01T09:00:00Z --key driss.key
capital call --tranche %u-second --contract %i-town --amount 30000.00
  --due 2025-07-01 --clock 2025-04-02T09:00:00Z --key driss.key
END
