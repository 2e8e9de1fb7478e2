// A home with sample papers, `sohoa serve` over it, and browsers that look at it.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const program = resolve(root, process.env.SOHOA ?? "target/release/sohoa");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// Screens that people have: an office PC and a tablet.
export const SCREENS = [
  { width: 1366, height: 768 },
  { width: 820, height: 1180 },
];

export class Home {
  constructor() {
    this.root = root;
    this.program = program;
    this.dir = mkdtempSync(join(tmpdir(), "sohoa-web-"));
    this.path = join(this.dir, "home");
    this.run("init");
    this.run("register", "import", join(root, "samples/register.csv"));
  }

  environment() {
    const plain = Object.entries(process.env).filter(([name]) => !name.startsWith("SOHOA_"));
    return { ...Object.fromEntries(plain), OMP_THREAD_LIMIT: "1", SOHOA_WEB__LISTEN: "127.0.0.1:0" };
  }

  // `status`: what the command ends with; 1 says that something falls short, as papers that wait for a person.
  run(...args) {
    return this.ends(0, ...args);
  }

  ends(status, ...args) {
    const done = spawnSync(program, ["--home", this.path, ...args], { env: this.environment(), encoding: "utf8" });
    if (done.status !== status) throw new Error(`sohoa ${args.join(" ")}: ${done.status}\n${done.stdout}${done.stderr}`);
    return done.stdout;
  }

  sample(name) {
    return join(root, "samples", name);
  }

  // The scan folder stands at a counter of an agency.
  counter(agency, counter) {
    const path = join(this.path, "sohoa.toml");
    const settings = readFileSync(path, "utf8").replace('agency = ""', `agency = "${agency}"`);
    writeFileSync(path, settings.replace('counter = ""', `counter = "${counter}"`));
  }

  // A folder of papers of former years that belongs to an agency, with these files below it.
  backlog(agency, files) {
    const path = join(this.path, "kho");
    for (const [name, bytes] of files) {
      mkdirSync(join(path, name, ".."), { recursive: true });
      writeFileSync(join(path, name), bytes);
    }
    appendFileSync(join(this.path, "sohoa.toml"), `\n[[backlog]]\npath = "kho"\nagency = "${agency}"\n`);
  }

  // A user with a password, made from the command line.
  user(name, role, agency, password) {
    const env = { ...this.environment(), SOHOA_PASSWORD: password };
    const args = ["--home", this.path, "user", "add", name, "--role", role, "--agency", agency];
    const done = spawnSync(program, args, { env, encoding: "utf8" });
    if (done.status !== 0) throw new Error(`user add: ${done.stdout}${done.stderr}`);
  }

  // What the scanner writes into the folder of the counter. Returns when it was closed, ms.
  scanAtCounter(name, bytes) {
    writeFileSync(join(this.path, "inbox", name), bytes);
    return Date.now();
  }

  // A paper lands in the scan folder of its dossier.
  scan(name, dossier) {
    const folder = join(this.path, "inbox", dossier);
    mkdirSync(folder, { recursive: true });
    cpSync(this.sample(name), join(folder, name));
  }

  // Starts `sohoa serve`; resolves to the link for the first administrator.
  serve() {
    this.process = spawn(program, ["--home", this.path, "serve", "--workers", "1"], { env: this.environment() });
    this.log = "";
    this.process.stderr.on("data", (data) => (this.log += data));
    return new Promise((resolve, reject) => {
      let said = "";
      this.process.stdout.on("data", (data) => {
        said += data;
        const link = said.match(/http:\/\/\S+\/first-admin\/\S+/);
        if (link) resolve(link[0]);
      });
      this.process.on("exit", (code) => reject(new Error(`serve ended: ${code}\n${this.log}`)));
    });
  }

  async close() {
    if (this.process) {
      const ended = new Promise((resolve) => this.process.on("exit", resolve));
      this.process.kill("SIGTERM");
      await ended;
    }
    rmSync(this.dir, { recursive: true, force: true });
  }
}

// Debian's Chromium, which asks nobody outside.
export async function browser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

// A browser of a person's own. What goes wrong on its pages, or leaves the building, fails the test that looks at `faults`.
export async function person(browser) {
  const context = await browser.newContext({ viewport: SCREENS[0] });
  const page = await context.newPage();
  const faults = [];
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("console", (message) => {
    if (message.type() !== "error" || (judged.has(page) && message.text().includes("inline style"))) return;
    faults.push(message.text());
  });
  page.on("request", (request) => {
    if (!request.url().startsWith("http://127.0.0.1:")) faults.push(`a request to ${request.url()}`);
  });
  return { context, page, faults };
}

let screens = 0;
// Pages that axe has judged: it tries styles of its own on them, which our policy refuses, and the browser tells of it when it likes.
// That no page of ours has any is the test of the routes' business.
const judged = new WeakSet();

// Fails the test when no screen was looked at, or something grave was found on one.
export function nothingGrave(found) {
  assert.ok(screens > 0, "no screen was looked at");
  assert.deepEqual(found, []);
}

// Serious and critical findings of axe-core on both screens. With SHOTS in the environment, pictures are left in that folder.
export async function look(page, name) {
  screens += 1;
  judged.add(page);
  const found = [];
  for (const screen of SCREENS) {
    await page.setViewportSize(screen);
    // Through the debugger, which our policy for scripts does not concern.
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run());
    const grave = violations.filter((v) => ["serious", "critical"].includes(v.impact));
    found.push(...grave.map((v) => `${name} ${screen.width}: ${v.id}: ${v.nodes.map((n) => n.html).join(" ")}`));
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    if (wide) found.push(`${name} ${screen.width}: wider than the screen`);
    if (process.env.SHOTS) {
      await page.screenshot({ path: join(process.env.SHOTS, `${name}-${screen.width}.png`), fullPage: true });
    }
  }
  await page.setViewportSize(SCREENS[0]);
  return found;
}

// A browser of somebody who has signed in, by the keyboard alone.
export async function signedIn(chromium, base, name, password) {
  const someone = await person(chromium);
  await someone.page.goto(new URL("/sign-in", base).href);
  // The name has the focus, once the page is drawn: what is typed before goes nowhere.
  await someone.page.locator("input[name=name]:focus").waitFor();
  await someone.page.keyboard.type(name);
  await someone.page.keyboard.press("Tab");
  await someone.page.keyboard.type(password);
  await someone.page.keyboard.press("Enter");
  await someone.page.locator(".who").waitFor();
  return someone;
}

// The same picture with other bytes: a comment stands behind the beginning of the JPEG.
export function another(jpeg, words) {
  const text = Buffer.from(words);
  const head = Buffer.from([0xff, 0xfe, (text.length + 2) >> 8, (text.length + 2) & 0xff]);
  return Buffer.concat([jpeg.subarray(0, 2), head, text, jpeg.subarray(2)]);
}

// A paper with text of its own, so that nothing has to be recognized: a line a text.
export function paper(pages) {
  const objects = ["<</Type/Catalog/Pages 2 0 R>>"];
  const kids = pages.map((_, i) => `${4 + 2 * i} 0 R`).join(" ");
  objects.push(`<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>`, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
  pages.forEach((lines, i) => {
    const shown = lines.map((line) => `(${line}) Tj 0 -28 Td`).join(" ");
    const content = `BT /F1 16 Tf 72 760 Td ${shown} ET`;
    objects.push(`<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F1 3 0 R>>>>/Contents ${5 + 2 * i} 0 R>>`);
    objects.push(`<</Length ${content.length}>>stream\n${content}\nendstream`);
  });
  let file = "%PDF-1.4\n";
  const offsets = objects.map((object, i) => {
    const at = file.length;
    file += `${i + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const table = offsets.map((at) => `${String(at).padStart(10, "0")} 00000 n \n`).join("");
  const size = objects.length + 1;
  return `${file}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer<</Size ${size}/Root 1 0 R>>\nstartxref\n${file.length}\n%%EOF\n`;
}
