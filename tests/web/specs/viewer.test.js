// An archivist searches by code, by name without accents and by phrase, and reads, by the keyboard alone; another agency finds nothing.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Home, browser, look, nothingGrave, signedIn } from "../support.js";

const DOSSIER = "000.20.41.H41-230615-0002";
const AGENCY = "Sở Sự vụ hành chính";
const PASSWORD = "một câu dài dễ nhớ";
// Of the second page of the decision.
const PHRASE = "sửa chữa cầu treo";

let home, chromium, base;
const looked = [];

before(async () => {
  home = new Home();
  // Four pages with text of their own, and one that lies sideways.
  const papers = [`${DOSSIER}_KQ_quyet-dinh.pdf`, `${DOSSIER}_TP02_bang-ke.png`].map((name) => home.sample(name));
  home.run("ingest", ...papers, "--wait");
  // The last two pages change places: the document has an earlier version now.
  home.run("review", "order", "1", "--pages", "1,2,4,3", "--by", "test");
  base = await home.serve();
  while (JSON.parse(home.run("--json", "status")).files.pending > 0) await setTimeout(200);
  home.user("luu-tru", "archivist", AGENCY, PASSWORD);
  home.user("luu-tru-khac", "archivist", "UBND huyện Phú Lộc Hạ", PASSWORD);
  home.user("kiem-tra", "auditor", "", PASSWORD);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

// The page of this number is shown, its picture too.
async function shows(page, number) {
  const picture = await page.waitForFunction((wanted) => {
    const address = new URLSearchParams(location.search).get("page") ?? "1";
    return address === wanted && document.querySelector(`#sheet[data-page="${wanted}"] .leaf image`)?.getAttribute("href");
  }, String(number));
  // Its own wait: a promise is no answer to the one above.
  await picture.evaluate((href) => Object.assign(new Image(), { src: href }).decode());
}
const width = (page) => page.locator(".leaf").evaluate((leaf) => Math.round(leaf.getBoundingClientRect().width));

test("an archivist searches and reads", { timeout: 300_000 }, async () => {
  const { page, faults } = await signedIn(chromium, base, "luu-tru", PASSWORD);
  const keys = page.keyboard;
  // The field is on the first screen, and `/` leads to it from every other.
  const field = page.getByRole("textbox", { name: "Tìm hồ sơ và giấy tờ" });
  await page.locator("h1").click();
  await keys.press("/");
  await field.and(page.locator(":focus")).waitFor();
  await keys.press("Enter");
  await page.waitForURL("**/search*");
  await field.and(page.locator(":focus")).waitFor();
  // A whole code opens its dossier, whose papers lead to the viewer.
  await keys.type(`${DOSSIER.toLowerCase()}\n`);
  await page.getByRole("heading", { name: DOSSIER }).waitFor();
  await page.getByRole("link", { name: "Quyết định" }).waitFor();
  // By name, without accents: results come while one types.
  await page.locator("h1").click();
  await keys.press("/");
  await page.waitForURL("**/search");
  await field.and(page.locator(":focus")).waitFor();
  await keys.type("hop tac xa go so");
  await page.getByRole("row", { name: /Hợp tác xã Gò Sở/ }).waitFor();
  looked.push(...(await look(page, "search-name")));
  // By phrase: the snippet marks it, and the hit leads to its page.
  await field.press("Control+a");
  await keys.type(`${PHRASE}\n`);
  await page.locator(".snippet mark", { hasText: /^treo$/ }).first().waitFor();
  await page.locator(".search-filters summary").press("Enter");
  looked.push(...(await look(page, "search-phrase")));
  await page.getByLabel("Loại giấy tờ").selectOption("component");
  await page.getByRole("button", { name: "Lọc" }).press("Enter");
  await page.getByText("Không tìm thấy").waitFor();
  looked.push(...(await look(page, "search-nothing")));
  await page.getByRole("link", { name: "Bỏ lọc" }).press("Enter");
  await page.waitForURL((url) => !url.searchParams.get("kind"));
  const hit = page.locator(".hits h3 a").first();
  const first = Number(new URL(await hit.getAttribute("href"), base).searchParams.get("page") ?? 1);
  await hit.focus();
  await keys.press("Enter");
  await shows(page, first);
  assert.equal(first, 2);
  assert.equal(await page.locator(".hit").count(), 4);
  assert.equal(await page.locator(".reader-pages a").count(), 4);
  looked.push(...(await look(page, "viewer-hit")));

  // Keys: on and back, and a page that is larger than the screen is scrolled first.
  await keys.press("ArrowRight");
  await shows(page, first + 1);
  await keys.press("ArrowLeft");
  await shows(page, first);
  await keys.press("9");
  const whole = await width(page);
  await keys.press("PageDown");
  await shows(page, first + 1);
  assert.equal(await page.locator("[data-zoom=page]").getAttribute("aria-pressed"), "true", "the zoom is kept");
  await keys.press("0");
  const fitting = await width(page);
  assert.ok(fitting > whole);
  await keys.press("+");
  assert.ok((await width(page)) > fitting);
  await keys.press("-");
  await keys.press("-");
  assert.ok((await width(page)) < fitting);
  // 100 % is the size of the paper: 210 mm at 96 px an inch.
  await keys.press("1");
  assert.ok(Math.abs((await width(page)) - 794) <= 3, `${await width(page)}`);
  await keys.press("p");
  await keys.type("1\n");
  await shows(page, 1);

  // Words are selected where they are printed, by the mouse or all of them.
  const wholeText = readFileSync(home.sample(`${DOSSIER}_KQ_quyet-dinh.txt`), "utf8");
  const [printed] = wholeText.split("\f");
  const word = page.locator(".words tspan").filter({ hasText: "CỘNG" }).first();
  await word.dblclick();
  assert.match(await page.evaluate(() => getSelection().toString()), /^CỘNG ?$/);
  const selected = await page.evaluate(() => {
    getSelection().selectAllChildren(document.querySelector(".words"));
    return getSelection().toString();
  });
  const words = (text) => text.normalize("NFC").split(/\s+/).filter(Boolean).sort();
  assert.deepEqual(words(selected), words(printed));

  // Files are taken, and an earlier version.
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".downloads").getByRole("link", { name: "PDF/A" }).first().click(),
  ]);
  assert.match(download.suggestedFilename(), /^000\.20\.41\.H41-230615-0002\.\d+\.pdf$/);
  assert.equal(readFileSync(await download.path()).subarray(0, 5).toString(), "%PDF-");
  assert.equal(await page.locator(".versions li").count(), 1);
  const [earlier] = await Promise.all([
    page.waitForEvent("download"),
    page.locator(".versions").getByRole("link", { name: "TXT" }).click(),
  ]);
  const [once, now] = [readFileSync(await earlier.path(), "utf8"), wholeText].map((text) => text.split("\f"));
  assert.deepEqual(words(once[3]), words(now[3]), "the pages stood as they came");
  looked.push(...(await look(page, "viewer")));

  // The page that lies sideways: its words stand on its upright picture.
  await keys.press("d");
  await page.getByRole("heading", { name: DOSSIER }).waitFor();
  await page.getByRole("link", { name: "Bảng kê" }).click();
  await shows(page, 1);
  const [across, down] = await page.locator(".leaf").evaluate((leaf) => [leaf.viewBox.baseVal.width, leaf.viewBox.baseVal.height]);
  const picture = await page.locator(".leaf image").evaluate(async (image) => {
    const drawn = new Image();
    drawn.src = image.getAttribute("href");
    await drawn.decode();
    return [drawn.naturalWidth, drawn.naturalHeight];
  });
  assert.ok(Math.abs(across / down - picture[0] / picture[1]) < 0.02, `${across}×${down} over ${picture}`);
  assert.deepEqual(faults, []);
});

test("another agency finds nothing, an auditor no names", { timeout: 180_000 }, async () => {
  const other = await signedIn(chromium, base, "luu-tru-khac", PASSWORD);
  for (const words of ["hop tac xa go so", PHRASE, DOSSIER]) {
    await other.page.goto(new URL(`/search?q=${encodeURIComponent(words)}`, base).href);
    await other.page.getByText(`Không tìm thấy “${words}”`).waitFor();
    assert.equal(await other.page.locator(".hits li, .found-dossiers tr").count(), 0, words);
  }
  const auditor = await signedIn(chromium, base, "kiem-tra", PASSWORD);
  await auditor.page.goto(new URL("/search?q=hop+tac+xa+go+so", base).href);
  await auditor.page.getByText("Không tìm thấy").waitFor();
  looked.push(...(await look(auditor.page, "search-auditor")));
  await auditor.page.getByRole("button", { name: "Tìm cả trong tên và nội dung" }).click();
  const dialog = auditor.page.getByRole("dialog");
  await dialog.getByLabel("Lý do").fill("kiểm tra theo kế hoạch");
  await auditor.page.keyboard.press("Enter");
  await auditor.page.getByRole("row", { name: /Hợp tác xã Gò Sở/ }).waitFor();
  assert.deepEqual([...other.faults, ...auditor.faults], []);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
