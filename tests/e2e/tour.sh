# tour.sh FILE: print it with what its console blocks really say.
#
# A line "$ COMMAND" in a block ```console is run, all of them in this one
# shell; what it prints on standard output follows.  The addresses and folders
# of a reader's make run stand for PORT, VAR and out.
# shellcheck shell=bash disable=SC2154  # out: of whoever runs it
real() { sed "s,:8080,:$PORT,g; s,\bvar/,$VAR/,g; s,build/release,$out,g"; }
shown() { sed "s,:$PORT,:8080,g; s,$VAR/,var/,g; s,$out,build/release,g"; }
inside=no
while IFS= read -r line <&4; do
    case $inside$line in
    no'```console') inside=yes ;;
    yes'```') inside=no ;;
    yes'$ '*)
        printf '%s\n' "$line"
        eval "$(printf '%s\n' "${line#??}" | real)" >"$VAR/tour.said" \
            2>>"$VAR/tour.log" 4<&-
        shown <"$VAR/tour.said"
        continue
        ;;
    yes*) continue ;;
    esac
    printf '%s\n' "$line"
done 4<"$1"
