// Pages in a real browser: a citizen finds the campaign without JavaScript and
// without a mouse, and what they find passes axe on a narrow telephone.
// How all pages look is in test_looks.mjs; test_pledge.mjs goes on from here.
import { audit, check, launch, result, serve } from "./flow.mjs";

// axe needs script: the policy is set aside for it, and for it alone.
async function judge(browser, url, width) {
  const page = await browser.newPage(
    { viewport: { width, height: 800 }, bypassCSP: true });
  await page.goto(url);
  await audit(page, `${new URL(url).pathname} ${width}`);
  await page.close();
}

async function links(browser, url) {
  const page = await browser.newPage({ javaScriptEnabled: false });
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(url);
  const found = await page.locator("main a").evaluateAll(
    (all) => all.map((one) => one.getAttribute("href")));
  check(`${new URL(url).pathname} breaks no policy of its own`,
    complaints.length === 0, complaints.join("; "));
  await page.close();
  return found;
}

// Not with the mouse, and not with script.
async function pledge(browser, base, campaign) {
  const page = await browser.newPage(
    { javaScriptEnabled: false, viewport: { width: 320, height: 700 } });
  await page.goto(`${base}${campaign}`);
  await page.getByRole("link", { name: "Faire un don" }).first().click();
  await page.getByRole("heading", { name: "Faire un don" }).waitFor();
  const { pledges } = await (await fetch(`${base}/pages/pledges`,
    { headers: { Accept: "application/json" } })).json();
  await page.close();
  return `${base}/pages/pledges/${pledges[0].id}`;
}

const node = await serve("pages.inc");
const { base } = node;
const browser = await launch();
try {
  const ledger = `${base}/pages`;
  const campaign = (await links(browser, `${ledger}/campaigns?lang=fr`))
    .find((one) => /\/campaigns\/k-/.test(one));
  const status = await pledge(browser, base, campaign);
  await links(browser, ledger);
  await judge(browser, ledger, 1280);
  await judge(browser, status, 320);
} finally {
  await browser.close();
  node.end();
}
process.exitCode = result.failed > 0 ? 1 : 0;
