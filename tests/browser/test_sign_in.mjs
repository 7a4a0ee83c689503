// Signing in, in a real browser: with scripts and without, on one device and
// on two, at all widths, in both languages, and in a flood with a puzzle.
import { audit as audit_here, audit_everywhere, check, launch, result, serve }
  from "./flow.mjs";

const small = { viewport: { width: 320, height: 800 }, bypassCSP: true,
  reducedMotion: "reduce" };

async function letter(base, address) {
  for (let i = 0; i < 1200; i++) {
    const { mails } = await (await fetch(`${base}/dev/mail.json`)).json();
    const mail = mails.find((one) => one.to === address);
    if (mail) {
      const { text } = await (await fetch(`${base}${mail.url}.json`)).json();
      return text.match(/http:\S+/)[0];
    }
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`no mail to ${address}`);
}

async function ask(page, base, address, language = "en") {
  await page.goto(`${base}/sign-in?lang=${language}`);
  await page.locator("#email").fill(address);
  await page.locator("main button").click();
}

// The whole way, each page audited: in one language at all widths and in both
// themes, in the other one where longer words have the least room.
async function audited(browser, base, language, audit) {
  const address = `audit-${language}@example.org`;
  const context = await browser.newContext(small);
  const page = await context.newPage();
  const name = (what) => `${what} in ${language}`;
  await page.goto(`${base}/sign-in?lang=${language}`);
  await audit(page, name("the form"));
  await page.locator("#email").fill("no address");
  await page.locator("main button").click();
  check(name("a wrong address is said at its field"),
    await page.locator("#email").getAttribute("aria-invalid") === "true");
  await audit(page, name("the form with what is wrong"));
  await ask(page, base, address, language);
  await audit(page, name("the page of the code"));
  await page.locator("#code").fill("AAAAAA");
  await page.locator("main button").click();
  await audit(page, name("the page of a wrong code"));
  const link = `${await letter(base, address)}?lang=${language}`;
  await page.goto(link);
  await audit(page, name("the link"));
  const other = await (await browser.newContext(small)).newPage();
  await other.goto(link);
  await audit(other, name("the link on another device"));
  await page.locator("main button").click();
  check(name("somebody is signed in"),
    (await page.locator("main").innerText()).includes(address));
  await audit(page, name("what they have"));
  await page.goto(link);
  await audit(page, name("a used link"));
  await page.goto(`${base}/dev/mail?lang=${language}`);
  await audit(page, name("the mails"));
  await page.locator("main a").first().click();
  await audit(page, name("a mail"));
  await other.context().close();
  await context.close();
}

async function plain(browser, base) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto(`${base}/me`);
  check("who is not signed in is led to the form",
    new URL(page.url()).pathname === "/sign-in");
  await page.locator("#email").fill("plain@example.org");
  await page.locator("main button").click();
  await page.goto(await letter(base, "plain@example.org"));
  await page.locator("main button").click();
  check("without script one is signed in, and back",
    new URL(page.url()).pathname === "/me");
  const cookies = await context.cookies();
  check("by one cookie that no script can read", cookies.length === 1 &&
    cookies[0].httpOnly && cookies[0].sameSite === "Lax",
    JSON.stringify(cookies));
  await page.locator("main button").click();
  check("and out", new URL(page.url()).pathname === "/" &&
    (await context.cookies()).length === 0);
  await page.goto(`${base}/me`);
  check("and stays out", new URL(page.url()).pathname === "/sign-in");
  check("no page breaks the policy", complaints.length === 0,
    complaints.join("; "));
  await context.close();
}

async function devices(browser, base) {
  const desk = await (await browser.newContext()).newPage();
  const phone = await (await browser.newContext()).newPage();
  await ask(desk, base, "both@example.org");
  await phone.goto(await letter(base, "both@example.org"));
  const code = await phone.locator("#code").innerText();
  check("the phone shows a code", /^[A-Z2-9]{6}$/.test(code), code);
  await desk.locator("#code").pressSequentially(code.toLowerCase());
  await desk.keyboard.press("Enter");
  await desk.waitForURL("**/me*");
  check("typed at the desk it signs in there",
    (await desk.locator("main").innerText()).includes("both@example.org"));
  await phone.goto(`${base}/me`);
  check("and not on the phone",
    new URL(phone.url()).pathname === "/sign-in");
}

// A page of somebody else sends a form to us, with whatever cookies there are.
async function foreign(browser, base) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await ask(page, base, "victim@example.org");
  await page.goto(await letter(base, "victim@example.org"));
  await page.locator("main button").click();
  const status = new Promise((done) => page.on("response", (answer) => {
    if (answer.url().endsWith("/sign-out")) done(answer.status());
  }));
  await page.goto(`data:text/html,<form method=post action=${base}/sign-out>`
    + "<input name=form_token value=x></form>");
  const arrived = page.waitForURL("**/sign-out");
  await page.evaluate(() => document.forms[0].submit());
  await arrived;
  check("a foreign page cannot sign anybody out", await status === 403,
    await status);
  await page.goto(`${base}/me`);
  check("they are still signed in", new URL(page.url()).pathname === "/me");
  await context.close();
}

async function flood(browser, base, bits) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(message.text()));
  const began = Date.now();
  await ask(page, base, "flood@example.org");
  await page.waitForURL("**/sign-in/code*", { timeout: 60000 });
  check(`a browser solves ${bits} bits and sends the form`,
    await letter(base, "flood@example.org") !== "");
  console.log(`# ${bits} bits in ${Date.now() - began} ms`);
  check("the puzzle breaks no policy", complaints.length === 0,
    complaints.join("; "));
  await context.close();
  const bare = await (await browser.newContext(
    { javaScriptEnabled: false })).newPage();
  const answer = bare.waitForResponse((one) =>
    one.request().method() === "POST");
  await ask(bare, base, "bare@example.org");
  check("without script one is asked to wait", (await answer).status() === 429
    && Number((await answer).headers()["retry-after"]) > 0);
  check("and loses nothing",
    await bare.locator("#email").inputValue() === "bare@example.org");
}

const browser = await launch();
const node = await serve("node.t");
try {
  await audited(browser, node.base, "en", audit_everywhere);
  await audited(browser, node.base, "fr", audit_here);
  await plain(browser, node.base);
  await devices(browser, node.base);
  await foreign(browser, node.base);
} finally {
  node.end();
}
const busy = await serve("node.t", "--work-bits=16");
try {
  await flood(browser, busy.base, 16);
} finally {
  busy.end();
  await browser.close();
}
process.exitCode = result.failed > 0 ? 1 : 0;
