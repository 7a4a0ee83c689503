# January 2025: two members want their money back
# shellcheck shell=sh disable=SC2154  # read by ../history

# Quentin moves away; the cooperative of the wind needs half of what it put
# in.  Both give the three months' notice of the statutes.
play <<END
member leave --party @quentin.key --cause notice --notice 2025-01-10
  --clock 2025-01-10T10:00:00Z --key quentin.key
share redeem request --redemption %r-quentin --class %c-a
  --party @quentin.key --quantity 25 --cause notice
  --clock 2025-01-10T10:05:00Z --key quentin.key
share redeem request --redemption %r-vents --class %c-b --party @vents.key
  --quantity 50 --cause notice --clock 2025-01-15T10:00:00Z --key vents.key
END
