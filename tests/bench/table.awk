# table: medians of "name value" lines, and the targets they are held against.

function median(name,    list, count, i, j, swap) {
    count = split(values[name], list, " ")
    for (i = 2; i <= count; i++)
        for (j = i; j > 1 && list[j] + 0 < list[j - 1] + 0; j--) {
            swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap
        }
    if (!count)
        return 0
    return count % 2 ? list[(count + 1) / 2] + 0 \
                     : (list[count / 2] + list[count / 2 + 1]) / 2
}

# at_least(WHAT, VALUE, TARGET), at_most(...): one line of the verdict.
function verdict(what, value, sign, target, met) {
    printf "  %-52s %10.4g  %s %-9.4g %s\n", what, value, sign, target, \
        met ? "met" : sprintf("missed: %.2f of it", value / target)
}
function at_least(what, value, target) {
    verdict(what, value, ">=", target, value >= target)
}
function at_most(what, value, target) {
    verdict(what, value, "<=", target, value <= target)
}
function ratio(over, under) { return under ? over / under : 0 }

{ values[$1] = values[$1] " " $2; if (!($1 in seen)) order[++names] = $1
  seen[$1] = 1 }

END {
    print "\nMedians"
    for (i = 1; i <= names; i++)
        printf "  %-28s %12.6g   (%s )\n", order[i], median(order[i]), \
            values[order[i]]
    for (name in seen)
        m[name] = median(name)
    print "\nTargets"
    at_least("HTTP at 128 connections / pgbench TPC-B 8", \
        ratio(m["http_128_per_s"], m["pgbench_tpcb_8_per_s"]), 3)
    at_most("HTTP at 32 connections, p50 ms", m["http_32_p50_ms"], 4)
    at_most("HTTP at 32 connections, p99 ms", m["http_32_p99_ms"], 15)
    at_least("HTTP at 1 connection / single INSERT at 1", \
        ratio(m["http_1_per_s"], m["insert_single_1_per_s"]), 0.25)
    at_most("HTTP at 1 connection, p50 ms", m["http_1_p50_ms"], 1)
    at_least("signer apart / inside, at 128 connections", \
        ratio(m["apart_128_per_s"], m["http_128_per_s"]), 0.85)
    at_least("signer apart / inside, at 32 connections", \
        ratio(m["apart_32_per_s"], m["http_32_per_s"]), 0.85)
    at_most("signer apart / inside, p50 at 1 connection", \
        ratio(m["apart_1_p50_ms"], m["http_1_p50_ms"]), 1.2)
    at_least("engine at batch 100 / raw unnest at 100", \
        ratio(m["engine_100_per_s"], m["raw_unnest_100_per_s"]), 0.25)
    at_least("bulk append / Ed25519 verify on all cores", \
        ratio(m["bulk_per_s"], m["verify_all_cores_per_s"]), 0.6)
    if (m["engine_large_per_s"])
        at_most(sprintf("cost of an append at %d / at 30,000 entries", \
            m["engine_large_size"]), \
            ratio(m["engine_100_per_s"], m["engine_large_per_s"]), 1.2)
    if (m["replay_per_s"]) {
        at_least("replay, entries/s", m["replay_per_s"], 300000)
        at_most("10 million entries from the snapshot, s (reckoned)", \
            ratio(1e7, m["snapshot_per_s"]), 5)
    }
    at_most("audit of 1,000,000 entries, s (reckoned)", \
        ratio(1e6, m["audit_per_s"]), 60)
    at_most("audit, bytes of memory per entry", \
        m["audit_bytes_per_entry"], 308)
    if (m["audit_1000k_seconds"]) {
        at_most("audit of 1,000,000 entries, s (measured)", \
            m["audit_1000k_seconds"], 60)
        at_most("its memory per live record, beside 8 B an entry", \
            m["audit_1000k_bytes_per_record"], 300)
    }
    at_least("witness, same size again, 1 connection, per s", \
        m["witness_refresh_per_s"], 766)
    at_least("witness, a grown log, 1 connection, per s", \
        m["witness_growth_per_s"], 766)
    at_least("campaign page, per s", m["get_campaign_html_per_s"], 20000)
    at_most("campaign page, p99 ms", m["get_campaign_html_p99_ms"], 10)
    at_least("campaign JSON, per s", m["get_campaign_json_per_s"], 20000)
    at_least("checkpoint, per s", m["get_checkpoint_per_s"], 20000)
    at_least("tile, per s", m["get_tile_per_s"], 20000)
    at_most("memory of the fold per pledge, bytes", \
        m["state_bytes_per_pledge"], 300)
    at_most("disk / bytes of the leaves", m["disk_per_leaf_bytes"], 2.5)
}
