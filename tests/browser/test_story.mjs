// A campaign from its first pledge to the last transfer, as citizens see it:
// story S3 (tests/scenarios/s03-campaign-succeeds.txt) through the pages, with
// the bank's statements imported and the officers' acts signed by the command
// line, and every figure to the cent.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { check, confirmation, fill, launch, letter, open, result, serve, shares }
  from "./flow.mjs";
import { office, statement } from "./office.mjs";

const node = await serve("node.t");
const desk = await office(node, "story");
const browser = await launch();
const json = async (path) => (await fetch(`${node.base}${path}`,
  { headers: { Accept: "application/json" } })).json();

// Citizens act at the time there is; what comes after it is told to the clock.
const day = (count) => new Date(Date.now() + count * 86400000)
  .toISOString().slice(0, 10);
const midnight = (count) => `${day(count)}T00:00:00Z`;
const evening = (count) => `${day(count)}T18:00:00Z`;

// Numbers as people read them: no narrow or hard spaces.
const plain = (text) => text.replace(/[\u00a0\u202f]/g, " ");
const money = (cents, language) => plain(new Intl.NumberFormat(
  language === "fr" ? "fr-FR" : "en-GB", { style: "currency", currency: "EUR" })
  .format(cents / 100));

// ---- The cooperative opens a campaign, and a city doubles gifts ----

const board = `'body=board date=${day(-60)} sha256=@minutes'`;

async function opening() {
  await writeFile(join(desk.folder, "minutes"), "The board decides.\n");
  await desk.play(["ana", "bob", "city", "net"].map((who) =>
    `key new ${who}.key --party %p-${who} --kdf interactive`).join("\n"));
  await desk.play(`
with --clock ${midnight(-60)} --key ana.key --key bob.key
ledger open --name 'La Graine' --profile fr-scic-sa --currency EUR --rules 2
  --trial true clerk=${desk.clerk} --books-from ${day(-60)}
  --founders 'party=@ana.key key=@ana.key type=person commitment=new'
  --founders 'party=@bob.key key=@bob.key type=person commitment=new'
  --officers 'party=@ana.key key=@ana.key role=chair'
  --officers 'party=@bob.key key=@bob.key role=treasurer'
  --statutes 'reflection_days=4'
class adopt --class %c-a --code A --name 'Parts A' --nominal 20.00
  --called-ppm 1000000 --paid-ppm 1000000 --call-days 21 --decision ${board}
bank account --account %b-main --name 'La Graine'
  --iban FR7630006000011234567890189
party register --party @city.key key=@city.key --auth key --type public_body
  --commitment new --public-name 'Ville de Graine' --key city.key
party register --party @net.key key=@net.key --auth key --type organisation
  --commitment new --public-name 'Le Réseau' --key net.key
with --clock ${midnight(-60)} --key ana.key --key bob.key
capital offer --offer %o-1 --instrument subordinated_loan
  --title 'Citizens’ loan' --most 20000.00 --rate 20000 --day-count act/365f
  --repayment bullet --term 60 --decision ${board}
campaign open --campaign %k-mill --title 'Le moulin'
  --summary 'Un moulin pour le village.' --mode all_or_nothing
  --minimum 20000.00 --optimum 50000.00 --oversubscription pro_rata
  --counts-match true --reflection-days 4
  --opens ${midnight(-1)} --closes ${midnight(30)} --settles ${midnight(40)}
  --fee 'party=@net.key rate_ppm=10000 base=own'
  --budget 'code=mill title=Mill amount=15000.00 required=true'
  --budget 'code=roof title=Roof amount=5000.00 required=true'
  --budget 'code=shop title=Shop amount=30000.00 required=false'
  --natures nature=gift --natures 'nature=share class=%c-a most=24000.00'
  --natures 'nature=loan offer=%o-1' --decision ${board}
match open --fund %f-city --party @city.key --title 'Ville de Graine'
  --budget 15000.00 --factor 1000000 --per-person 100.00 --natures gift
  --natures share --use operating --funding on_success
  --key ana.key --key bob.key --key city.key
match join --fund %f-city --campaign %k-mill
  --key ana.key --key bob.key --key city.key
`);
}
// ---- Nine citizens, each in a browser of their own ----

const phone = { viewport: { width: 360, height: 740 } };
// Three at a time, and no two who take shares: numbers follow the order.
const citizens = [
  { name: "ana", nature: "gift", amount: 500, lang: "fr" },
  { name: "bo", nature: "gift", amount: 60, lang: "fr", lacks: "Ed25519" },
  { name: "cleo", nature: "share", amount: 12000, lang: "fr", options: phone },
  { name: "dave", nature: "share", amount: 9000, lang: "fr", lacks: "script" },
  { name: "fay", nature: "loan", amount: 5000, lang: "en" },
  { name: "gil", nature: "gift", amount: 100, lang: "en", lacks: "indexedDB" },
  { name: "erin", nature: "share", amount: 6000, lang: "en" },
  { name: "hal", nature: "gift", amount: 80, lang: "en", lacks: "script",
    options: phone },
  { name: "ida", nature: "gift", amount: 40, lang: "fr" },
];
const words = {
  fr: { gift: "Faire un don", share: "Prendre des parts", loan: "Prêter",
    next: /^Continuer/, sign: /^Signer mon engagement/,
    mail: /confirmation par e-mail$/, inbox: "Ouvrez votre boîte",
    confirm: /^Confirmer et inscrire/ },
  en: { gift: "Give", share: "Subscribe to shares", loan: "Lend",
    next: /^Continue/, sign: /^Sign my commitment/,
    mail: /confirmation by e-mail$/, inbox: "Check your inbox",
    confirm: /^Confirm and record/ },
};

// What an older browser does not have.
const without = {
  Ed25519: () => {
    SubtleCrypto.prototype.generateKey = () =>
      Promise.reject(new DOMException("no", "NotSupportedError"));
  },
  indexedDB: () => {
    Object.defineProperty(globalThis, "indexedDB", { value: undefined });
  },
};

const answers = (citizen) => {
  const { family, address, postcode, town, country, birth_day,
    birth_month, birth_year } = shares;
  const euros = citizen.lang === "fr" ? `${citizen.amount},00 €`
    : `${citizen.amount}`;
  const all = { given: citizen.name.toUpperCase(), family, consent: "yes",
    email: `${citizen.name}@example.org`,
    ...citizen.nature === "share" ? { shares: `${citizen.amount / 20}`,
      birth_day, birth_month, birth_year, address, postcode, town, country }
      : { amount: euros } };
  return citizen.nature === "gift" ? all : { ...all, risk: "yes" };
};

async function pledge(citizen, campaign) {
  const { name, nature, lang, lacks } = citizen;
  const say = words[lang];
  const context = await browser.newContext({ ...citizen.options,
    javaScriptEnabled: lacks !== "script" });

  if (without[lacks]) await context.addInitScript(without[lacks]);
  const page = await open(context);

  await page.goto(`${node.base}${campaign}?lang=${lang}`);
  await page.getByRole("link", { name: say[nature], exact: true }).click();
  await fill(page, answers(citizen));
  await page.getByRole("button", { name: say.next }).click();
  if (nature !== "gift") { // Large for whoever says nothing of their wealth.
    await page.locator("#errors").waitFor();
    for (const box of ["consent", "risk", "large"])
      await page.locator(`#${box}`).check();
    await page.getByRole("button", { name: say.next }).click();
  }
  await page.getByRole("button", { name: lacks ? say.mail : say.sign }).click({timeout:20000}).catch(async (e) => { console.log(name, page.url(), page.complaints, await page.locator("main").innerText()); throw e; });
  await page.getByRole("heading", { name: say.inbox }).waitFor();
  await page.goto(await confirmation(node, `${name}@example.org`));
  await page.getByRole("button", { name: say.confirm }).click();
  await page.waitForURL(/\/pledges\/g-/);
  citizen.page = page;
  citizen.id = /g-[\w-]{22}/.exec(page.url())[0];
  citizen.record = await json(`/story/pledges/${citizen.id}`);
  check(`${name} is asked for ${citizen.amount}.00 euros`,
    citizen.record.payment.amount === citizen.amount * 100 &&
    plain(await page.locator("main").innerText())
      .includes(money(citizen.amount * 100, lang)));
  check(`${name} signed ${lacks ? "by e-mail" : "with a key"}`,
    citizen.record.receipt.by_key === !lacks,
    JSON.stringify(citizen.record.receipt));
  check(`nothing broke ${name}'s policy`, page.complaints.length === 0,
    page.complaints.join("; "));
}

const who = (name) => citizens.find((one) => one.name === name);

// ---- Their bank and ours ----

let opened = 0, statements = 0, from = 1;

// What came until the evening of a day, as our bank tells it.
async function arrives(count, lines) {
  const name = `s${statements += 1}.xml`;

  await writeFile(join(desk.folder, name),
    statement(`S${statements}`, opened, day(from), day(count), lines));
  const report = JSON.parse(await desk.terreau(["bank", "import", name,
    "--key", "bob.key", "--clock", evening(count)]));

  check(`statement ${statements} leaves nothing in suspense`,
    report[0].entered === lines.length && report[0].in_suspense === 0,
    JSON.stringify(report));
  opened = lines.reduce((sum, one) => sum + one.cents, opened);
  from = count + 1;
}

const paid = (name, cents = who(name).amount * 100, more = {}) =>
  ({ cents, reference: who(name).record.payment.reference, ...more });

// ---- What pages say ----

// To somebody who has not been there before.
async function text(path, lang) {
  const context = await browser.newContext();
  const page = await open(context);

  await page.goto(`${node.base}${path}?lang=${lang}`);
  await page.locator("details").evaluateAll((all) =>
    all.forEach((one) => { one.open = true; }));
  const shown = plain(await page.locator("main").innerText());

  await context.close();
  return shown;
}

async function says(what, path, figures) {
  for (const lang of ["fr", "en"]) {
    const shown = await text(path, lang);

    for (const [name, cents] of Object.entries(figures)) {
      const figure = money(cents, lang);

      check(`${what} in ${lang}: ${name} ${figure}`, shown.includes(figure),
        shown);
    }
  }
}

async function status(name, ...figures) {
  const { page, lang } = who(name);

  await page.reload();
  const shown = plain(await page.locator("main").innerText());

  for (const figure of figures) {
    const wanted = typeof figure === "number" ? money(figure, lang) : figure;

    check(`${name}'s page says ${wanted}`, shown.includes(wanted), shown);
  }
}

// ---- What officers sign when it is over ----

// Money becomes gifts, shares by number, and a loan; excess is owed back.
async function settles() {
  const admit = (name) =>
    `member admit --party ${who(name).record.party} --decision ${board}`;

  await desk.play(`
with --clock ${midnight(44)} --key ana.key --key bob.key
${["cleo", "dave", "erin"].map(admit).join("\n")}
campaign settle --campaign %k-mill --count 7 --total 29660.00
`);
  await status("ana", 50000, 10000);
  await status("cleo", 1066000, "533 parts, numéros 1 à 533", 134000);
  await status("dave", 800000, "400 parts, numéros 534 à 933", 100000);
  await status("erin", 534000, "267 shares, numbers 934 to 1200", 66000);
  await status("fay", "The campaign succeeded.", 500000);
}

// One batch in the bank's format, and the fund's call.
async function pays() {
  const batch = await desk.id("%w-1"), net = await desk.id("%p-net");
  const back = [["cleo", "1340.00"], ["dave", "1000.00"], ["erin", "660.00"],
    ["ida", "40.00"]];

  await writeFile(join(desk.folder, "payees.csv"), "id,name,iban\n" +
    [...back.map(([name]) => who(name).id), net].map((id) =>
      `${id},Somebody,BE68539007547034\n`).join(""));
  await desk.play(`
with --clock ${midnight(47)} --key ana.key --key bob.key
bank prepare --payout %w-1 --account %b-main --count 5 --total 3336.60
  ${back.map(([name, amount]) =>
    `--items 'target=${who(name).id} amount=${amount}'`).join("\n  ")}
  --items 'target=${net} owed=fee amount=296.60'
`);
  await desk.terreau(["bank", "payout", "--payout", batch, "--payees",
    "payees.csv", "--to", "pain.xml", "--clock", midnight(47), "--key",
    "bob.key"]);
  const pain = await readFile(join(desk.folder, "pain.xml"), "utf8");

  check("the bank's file pays five", /<NbOfTxs>5<.*<CtrlSum>3336\.60</s
    .test(pain), pain);
  await status("ida", "Votre remboursement est en route.");
  await arrives(49, [{ cents: -333660,
    batch: /<PmtInfId>(.*)<\/PmtInfId>/.exec(pain)[1] }]);
  await status("ida", "Vous avez été remboursé.");
  await desk.play(`
with --clock ${midnight(50)} --key bob.key
match call --match-call %m-1 --fund %f-city --campaign %k-mill
  --amount 560.00 --due ${day(70)}
`);
  const { funds } = await json("/story/funds");

  await arrives(70, [{ cents: 56000,
    reference: funds[0].calls[0].payment.reference }]);
}

// Everybody was written to, in their language.
async function mailed() {
  const success = /30.220,00.€ réunis|€30,220\.00 raised/;
  const numbers = { cleo: "533 parts sont émises, numéros 1 à 533",
    dave: "400 parts sont émises, numéros 534 à 933",
    erin: "267 shares are issued, numbers 934 to 1200" };
  const refunds = { cleo: 134000, dave: 100000, erin: 66000, ida: 4000 };
  const told = async (name, pattern, wanted) => {
    const { text } = await letter(node, `${name}@example.org`, pattern);

    check(`${name} reads ${wanted}`, plain(text).includes(wanted), text);
  };

  for (const { name, amount, lang } of citizens) {
    if (name !== "ida")
      await told(name, /We received|Nous avons reçu/,
        money(amount * 100, lang));
    if (name !== "ida" && name !== "hal")
      await told(name, success, numbers[name] ?? "");
    if (name in refunds)
      await told(name, /Allow 2 working|Comptez 2 jours/,
        money(refunds[name], lang));
  }
}

// The figures that the scenario ends with, too.
async function ends(campaign) {
  await says("settled", campaign, { received: 2966000, matched: 56000 });
  for (const lang of ["fr", "en"]) {
    const shown = await text("/story/balance", lang);

    for (const [code, cents] of [[1013, 2400000], [1681, 500000],
      [5121, 2992340], [7582, 66000], [741, 56000], [6222, 29660]])
      check(`account ${code} in ${lang}: ${money(cents, lang)}`,
        shown.split("\n").some((line) => line.startsWith(`${code} `) &&
          line.includes(money(cents, lang))), shown);
    check(`no account more in ${lang}`, shown.split("\n").filter((line) =>
      /^\d+ .*\t/.test(line)).length === 6 + 8, shown);
  }
  await mailed();
  check("an audit agrees", /"verdict":\s*"everything agrees"/
    .test(await desk.terreau(["audit", "--fresh"])));
}

try {
  await opening();
  const campaign = `/story/campaigns/${await desk.id("%k-mill")}`;

  for (let at = 0; at < citizens.length; at += 3)
    await Promise.all(citizens.slice(at, at + 3)
      .map((one) => pledge(one, campaign)));
  await arrives(14, ["ana", "bo", "cleo", "dave", "erin", "fay", "hal"]
    .map((name) => paid(name)));
  await says("after seven transfers", campaign,
    { received: 3264000, matched: 54000, awaited: 14000 });
  await arrives(20, [paid("hal", -8000, { returned: true })]);
  await says("after one went back", campaign,
    { received: 3256000, matched: 46000, awaited: 14000 });
  await arrives(35, [paid("gil")]);
  await says("after a late one", campaign,
    { received: 3266000, matched: 56000, awaited: 4000 });
  await arrives(40, []);
  await says("succeeded", campaign, { received: 2966000, matched: 56000,
    minimum: 2000000 });
  check("the headline counts both", /30 220 € sur 20 000 €/
    .test(await text(campaign, "fr")));
  await status("cleo", "La campagne a réussi.", 1200000, 10000);
  await status("gil", "The campaign succeeded.", 10000);
  await status("hal", "The bank took the transfer back.");
  await status("ida", "Aucun virement n’est venu");
  for (const name of ["hal", "ida"])
    check(`${name} is asked for nothing any more`, await who(name).page
      .locator("svg.qr, #iban, a.danger").count() === 0);
  await arrives(41, [paid("ida")]);
  await status("ida", "Vous serez remboursé.", 4000);
  await settles();
  await pays();
  await ends(campaign);
} finally {
  await browser.close();
  await desk.close();
  node.end();
}
process.exitCode = result.failed > 0 ? 1 : 0;
