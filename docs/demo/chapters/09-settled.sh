# Summer 2025: the workshop's money becomes gifts and shares
# shellcheck shell=sh disable=SC2154  # read by ../history

minuted=$(minutes settled general-meeting 2025-05-31 \
    'The meeting approves the accounts; the workshop is settled.')

# What the clerk counted when it ended is what there is to settle: one act of
# two officers, which the clerk carries out pledge by pledge.  Gifts become
# donations; shares are subscribed and paid, and issued to whoever is a member.
ended=$(figure ledger entries --kind campaign.close |
    jq -c '[.entries[].entry | select(.outcome == "succeeded")][0]')
play <<END
campaign settle --campaign %k-workshop --decision $minuted
  --count $(echo "$ended" | jq .count)
  --total $(echo "$ended" | jq -r '.allocated / 100 | tostring')
  --clock 2025-06-03T08:00:00Z --key camille.key --key driss.key
# Claire, who took her pledge back a year ago, asks to be forgotten.
party erase --party @claire.key --basis request --scope contact
  --clock 2025-06-03T09:00:00Z --key claire.key
END
