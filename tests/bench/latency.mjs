// How long a clerk waits: from "file closed in the scan folder" to "thumbnail visible in the open dossier page", and to "attached and
// searchable"; idle, and with a batch in the background. node tests/bench/latency.mjs [files] [files of the batch]
import assert from "node:assert/strict";
import { readFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Home, another, browser, signedIn } from "../web/support.js";

const DOSSIER = "H41.20-230615-0001";
const AGENCY = "UBND huyện Phú Lộc Hạ";
const PASSWORD = "một câu dài dễ nhớ";
const [files, batch] = [process.argv[2] ?? 20, process.argv[3] ?? 60].map(Number);

const home = new Home();
home.counter(AGENCY, "Quầy 1");
const base = await home.serve();
home.user("quay-1", "counter", AGENCY, PASSWORD);
const chromium = await browser();
const { page } = await signedIn(chromium, base, "quay-1", PASSWORD);
await page.goto(new URL("/counter", base).href);
await page.locator("#code:focus").waitFor();
await page.keyboard.type(`${DOSSIER}\n`);
await page.getByText("Đang mở tại Quầy 1").waitFor();
const photo = readFileSync(home.sample(`${DOSSIER}_TP02_giay-uy-quyen.jpg`));

// What the page notes by its own clock, which is this machine's.
await page.evaluate(() => {
  globalThis.noted = {};
  setInterval(() => {
    for (const article of document.querySelectorAll("article.file")) {
      const note = (noted[article.querySelector("h3").textContent] ??= {});
      const picture = article.querySelector("img");
      if (picture?.complete && picture.naturalWidth > 0) note.shown ??= Date.now();
      if (article.dataset.state === "file-attached") note.attached ??= Date.now();
    }
  }, 10);
});

// How many papers a search for words of this one finds.
const WORDS = encodeURIComponent("giấy ủy quyền");
await page.evaluate(() => {
  globalThis.found = async (words) => {
    const text = await (await fetch(`/search?q=${words}`)).text();
    return Number(text.match(/>([0-9.]+) giấy tờ</)?.[1].replace(".", "") ?? 0);
  };
});

function figures(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] / 1000;
  return `median ${at(0.5).toFixed(2)} s, p95 ${at(0.95).toFixed(2)} s, longest ${at(1).toFixed(2)} s`;
}

async function measure(name) {
  const [shown, attached, searchable] = [[], [], []];
  for (let n = 1; n <= files; n += 1) {
    const file = `${name}-${n}.jpg`;
    const before = await page.evaluate((words) => found(words), WORDS);
    const closed = home.scanAtCounter(file, another(photo, file));
    const search = page.evaluate(
      async ([words, before]) => {
        while ((await found(words)) <= before) await new Promise((later) => setTimeout(later, 50));
        return Date.now();
      },
      [WORDS, before],
    );
    await page.waitForFunction((wanted) => noted[wanted]?.attached && noted[wanted]?.shown, file, { timeout: 120_000 });
    const note = await page.evaluate((wanted) => noted[wanted], file);
    shown.push(note.shown - closed);
    attached.push(note.attached - closed);
    searchable.push((await search) - closed);
  }
  console.log(`${name}, ${files} files of one page`);
  console.log(`  thumbnail visible: ${figures(shown)}\n  attached: ${figures(attached)}\n  found by the search: ${figures(searchable)}`);
}

const atFirst = await page.evaluate((words) => found(words), WORDS);
await measure("idle");
const folder = join(home.dir, "batch");
mkdirSync(folder);
for (let n = 0; n < batch; n += 1) writeFileSync(join(folder, `B${n}.jpg`), another(photo, `batch ${n}`));
home.run("ingest", folder);
await measure("with-a-batch");
// Nothing else was found meanwhile, so each was waited for.
assert.equal((await page.evaluate((words) => found(words), WORDS)) - atFirst, 2 * files);
const { files: ledger } = JSON.parse(home.run("--json", "status"));
console.log(`of the batch ${ledger.pending} files were still waiting at the end`);
await chromium.close();
await home.close();
