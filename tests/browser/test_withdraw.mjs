// A pledge is taken back in the browser that signed it, long after; and where
// the key is lost, a sign-in makes a new one that does.
import { audit_everywhere, check, confirmation, fill, launch, letter, open,
  result, serve } from "./flow.mjs";

const node = await serve("pledging.inc");
const browser = await launch();
const json = async (path) => (await fetch(`${node.base}${path}`,
  { headers: { Accept: "application/json" } })).json();
const size = async () => (await json("/pledging")).head.size;
const campaign = (await json("/pledging/campaigns")).campaigns[0].url;

async function pledge(context, email) {
  const page = await open(context);

  await page.goto(`${node.base}${campaign}/pledge?nature=gift&lang=en`);
  await fill(page, { amount: "25", given: "Ana", family: "Costa", email,
    consent: "yes" });
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: /Sign my commitment/ }).click();
  await page.getByRole("heading", { name: "Check your inbox" }).waitFor();
  await page.goto(await confirmation(node, email));
  await page.getByRole("button", { name: /Confirm and record/ }).click();
  await page.waitForURL(/\/pledges\/g-/);
  return page;
}

async function withdraw(page) {
  await page.getByRole("link", { name: "Withdraw my pledge" }).click();
  await page.getByRole("button", { name: "Yes, withdraw" }).click();
  await page.getByRole("heading", { name: "You have withdrawn." }).waitFor();
  return json(`/pledging/entries/${await size() - 1}`);
}

// ---- The key is still there ----

{
  const context = await browser.newContext({ locale: "en-GB" });
  const page = await pledge(context, "ana@example.org");

  await page.reload();
  const entry = await withdraw(page);

  check("the browser's key has signed the withdrawal",
    entry.kind === "pledge.withdraw" && entry.signers[0].startsWith("p-"),
    JSON.stringify(entry.signers));
  check("nothing is left to pay or to take back",
    await page.locator("svg.qr").count() === 0 &&
    await page.getByRole("link", { name: "Withdraw my pledge" }).count() === 0);
  check("nothing breaks the policy", page.complaints.length === 0,
    page.complaints.join("; "));
  await letter(node, "ana@example.org", /was cancelled on/);
  await context.close();
}

// ---- Data are changed, signed by the key ----

{
  const context = await browser.newContext({ locale: "fr-FR",
    viewport: { width: 360, height: 740 }, bypassCSP: true,
    reducedMotion: "reduce" });
  const page = await pledge(context, "lea@example.org");
  const enter = async (email) => {
    await page.goto(`${node.base}/sign-in?next=/me&lang=fr`);
    await page.locator("[name=email]").fill(email);
    await page.locator("main form button").first().click();
    const { text } = await letter(node, email, /\/sign-in\//);

    await page.goto(/(http\S+\/sign-in\/\S+)/.exec(text)[1]);
    await page.locator("main form button").first().click();
    await page.waitForURL(/\/me/);
  };

  await enter("lea@example.org");
  await audit_everywhere(page, "their page");
  await page.getByRole("link", { name: "Changer ces données" }).click();
  await audit_everywhere(page, "the form of their data");
  await fill(page, { phone: "+33 1 99 00 11 22", email: "lea@osmes.example" });
  await page.getByRole("button", { name: "Continuer" }).click();
  await page.getByRole("button", { name: "Signer et enregistrer" }).waitFor();
  await audit_everywhere(page, "the change to sign");
  await page.getByRole("button", { name: "Signer et enregistrer" }).click();
  await page.getByRole("heading", { name: "Ouvrez votre boîte" }).waitFor();
  const before = await size();
  const { text } = await letter(node, "lea@osmes.example", /\/address\//);

  await page.goto(/(http\S+\/address\/\S+)/.exec(text)[1]);
  await audit_everywhere(page, "the new address");
  await page.getByRole("button", { name: "Utiliser cette adresse" }).click();
  await page.getByRole("heading", { name: /est en service/ }).waitFor();
  const entry = await json(`/pledging/entries/${before}`);

  check("the browser's key has signed that the data are others",
    entry.kind === "party.update" && entry.signers[0].startsWith("p-"),
    JSON.stringify(entry));
  await letter(node, "lea@example.org", /n’ouvre\s+plus votre\s+page/);
  await enter("lea@osmes.example");
  check("the new address opens their page, with the data changed",
    await page.getByText("+33 1 99 00 11 22").count() === 1);
  await context.close();
}

// ---- The key is lost ----

{
  const first = await browser.newContext({ locale: "en-GB" });
  const address = (await pledge(first, "eva@example.org")).url();

  await first.close();
  const context = await browser.newContext({ locale: "en-GB",
    viewport: { width: 360, height: 740 }, bypassCSP: true,
    reducedMotion: "reduce" });
  const page = await open(context);

  await page.goto(address);
  await page.getByRole("link", { name: "Withdraw my pledge" }).click();
  check("without the key no button takes it back",
    !await page.locator("#by-key").isVisible());
  await audit_everywhere(page, "the withdrawal");
  await page.getByRole("link", { name: "Sign in by e-mail" }).click();
  await page.locator("[name=email]").fill("eva@example.org");
  await page.locator("main form button").first().click();
  const mail = await letter(node, "eva@example.org", /\/sign-in\//);

  await page.goto(/(http\S+\/sign-in\/\S+)/.exec(mail.text)[1]);
  await page.locator("main form button").first().click();
  await page.getByRole("link", { name: "Make a new key" }).click();
  await audit_everywhere(page, "the new key");
  await page.getByRole("button", { name: "Make a new key" }).click();
  await page.waitForURL(/\/pledges\/g-[^/]*$/);
  const revoked = await json(`/pledging/entries/${await size() - 1}`);

  check("the lost key signs nothing any more",
    revoked.kind === "key.revoke" && revoked.entry.reason === "lost",
    JSON.stringify(revoked.entry));
  await letter(node, "eva@example.org", /Added on/);
  const entry = await withdraw(page);

  check("the new key has signed the withdrawal",
    entry.kind === "pledge.withdraw" && entry.signers[0].startsWith("p-"),
    JSON.stringify(entry.signers));
  await context.close();
}

await browser.close();
node.end();
process.exitCode = result.failed > 0 ? 1 : 0;
