# Spring 2024: thirteen people and a cooperative join
# shellcheck shell=sh disable=SC2154  # read by ../history

# Who, college, class, shares.  Each signs with a key of their own.
cat >"$VAR/joining" <<END
gaelle couriers a 25
hugo couriers a 25
ines couriers a 50
jonas couriers a 10
khadija couriers a 10
leo users a 50
maud users a 25
nadir users a 10
olga users a 100
pierre users a 10
quentin users a 25
rosa partners a 10
vents partners b 100
END
# shellcheck disable=SC2046  # words
keys $(cut -d' ' -f1 "$VAR/joining") tom ulysse

board=$(minutes spring board 2024-03-25 \
    'The board admits thirteen members and refuses one application.')

{
    # In March they register, apply and subscribe; a cooperative among them
    # is known by its name, persons by nothing at all.
    echo "with --clock 2024-03-04T10:00:00Z"
    while read -r who college class shares; do
        type=person name=
        if [ "$who" = vents ]; then
            type=cooperative name="--public-name 'Coopérative des Vents'"
        fi
        echo "party register --party @$who.key key=@$who.key --auth key" \
            "--type $type $name --commitment new --key $who.key"
        echo "member apply --party @$who.key --college $college" \
            "--key $who.key"
        echo "share subscribe --subscription %s-$who --party @$who.key" \
            "--class %c-$class --quantity $shares --nature new" \
            "--key $who.key"
    done <"$VAR/joining"
    cat <<END
# Tom's form lacks half of what it should say.
party register --party @tom.key key=@tom.key --auth key --type person
  --commitment new --key tom.key
member apply --party @tom.key --college users --key tom.key
# Ulysse thinks again within the four days of reflection.
party register --party @ulysse.key key=@ulysse.key --auth key --type person
  --commitment new --key ulysse.key
member apply --party @ulysse.key --college users --key ulysse.key
share subscribe --subscription %s-ulysse --party @ulysse.key --class %c-a
  --quantity 10 --nature new --key ulysse.key
share withdraw --subscription %s-ulysse --clock 2024-03-06T20:00:00Z
  --key ulysse.key

with --clock 2024-03-25T19:00:00Z
member refuse --party @tom.key --reason incomplete --decision $board
  --key elsa.key
END
    # One officer admits, two accept a subscription.
    while read -r who college class shares; do
        echo "member admit --party @$who.key --college $college" \
            "--decision $board --key elsa.key"
        echo "share accept --subscription %s-$who --due 2024-04-15" \
            "--key camille.key --key driss.key"
    done <"$VAR/joining"
} | play

# Half of each members' share, all of each supporters' share.
payments 2024-04 02 2024-02-16 2024-04-15 <<END
2024-04-02 %s-gaelle 250.00
2024-04-02 %s-hugo 250.00
2024-04-03 %s-ines 500.00
2024-04-03 %s-jonas 100.00
2024-04-04 %s-khadija 100.00
2024-04-05 %s-leo 500.00
2024-04-08 %s-maud 250.00
2024-04-08 %s-nadir 100.00
2024-04-09 %s-olga 1000.00
2024-04-10 %s-pierre 100.00
2024-04-10 %s-quentin 250.00
2024-04-12 %s-rosa 100.00
2024-04-15 %s-vents 10000.00
END

{
    echo "with --clock 2024-04-16T09:00:00Z --key camille.key --key elsa.key"
    while read -r who college class shares; do
        echo "share issue --subscription %s-$who"
    done <"$VAR/joining"
} | play
