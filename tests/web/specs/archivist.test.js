// An archivist's day by the keyboard: a folder of the backlog comes in, is paused for a counter, ends; errors by kind are run again; a
// sample is judged; the report adds up.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Home, browser, look, nothingGrave, paper, signedIn } from "../support.js";

const AGENCY = "UBND huyện Phú Lộc Hạ";
const PASSWORD = "một câu dài dễ nhớ";
const [ONE, TWO] = ["H41.20-230615-0001", "H41.20-230616-0004"];
const FOLDER = "Năm 2011 - hồ sơ cấp giấy chứng nhận quyền sử dụng đất của phòng Tài nguyên và Môi trường, hộp 12 đến 15";
// What lies in the folder, and what becomes of it.
const FILES = { attached: 60, conflict: 3, unknown: 8, truncated: 2, duplicate: 1 };
const ALL = Object.values(FILES).reduce((a, b) => a + b);

let home, chromium, base;
const looked = [];

function papers() {
  const files = [];
  const add = (name, lines) => files.push([`${FOLDER}/${name}.pdf`, paper([lines])]);
  const number = (i) => String(i + 1).padStart(2, "0");
  for (let i = 0; i < FILES.unknown; i++) add(`giay-la-${number(i)}`, ["Giay khong ghi ma ho so", `so ${i}`]);
  for (let i = 0; i < FILES.conflict; i++) add(`giay-lan-${number(i)}`, [`Ma ho so: ${ONE}`, `Ma ho so: ${TWO}`, `so ${i}`]);
  for (let i = 0; i < FILES.attached; i++) add(`giay-to-${number(i)}`, [`Ma ho so: ${ONE}`, `Giay to thu ${i}`]);
  for (let i = 0; i < FILES.truncated; i++) files.push([`${FOLDER}/hong-${number(i)}.pdf`, `%PDF-1.4\n${i}\n1 0 obj\n<<`]);
  const first = files.find(([name]) => name.includes("giay-to-01"));
  files.push([`${FOLDER}/trung.pdf`, first[1]], ["Năm 2012/doc-toi.txt", "x"]);
  return files;
}

before(async () => {
  home = new Home();
  home.counter(AGENCY, "Quầy 1");
  home.backlog(AGENCY, papers());
  base = await home.serve();
  home.user("luu-tru", "archivist", AGENCY, PASSWORD);
  home.user("noi-khac", "archivist", "Sở Thử nghiệm", PASSWORD);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

const status = () => JSON.parse(home.run("--json", "status"));

// Waits until the records say so.
async function until(what, holds) {
  for (let tries = 0; tries < 300; tries++) {
    if (holds(status())) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail(`not in time: ${what}`);
}

test("a batch of the backlog from its start to its report", { timeout: 240_000 }, async () => {
  const { page, faults } = await signedIn(chromium, base, "luu-tru", PASSWORD);
  const press = async (...keys) => {
    for (const key of keys) await page.keyboard.press(key);
  };
  const contents = page.locator("#contents");
  const badge = (words) => contents.locator(".batch-state").getByText(words, { exact: true });
  const count = async (name) => Number(await contents.locator("li", { hasText: name }).locator("b").first().innerText());

  // On the first screen a code can be typed at once: keys of the screen work beside it.
  await page.getByRole("link", { name: "Số hóa tồn đọng" }).first().focus();
  await press("Enter");
  await page.getByRole("heading", { name: "Số hóa tồn đọng" }).waitFor();
  await page.getByText("Chưa có đợt quét nào").waitFor();
  looked.push(...(await look(page, "batches-empty")));

  // The folder is chosen and the batch begins.
  await press("m");
  assert.match(await page.locator("#folder option:checked").innerText(), /Năm 2011/);
  await press("Tab", "Enter");
  await page.getByRole("heading", { name: FOLDER }).waitFor();
  // Keys are heard from when the scripts of the page have run, which may be after its heading is there.
  await page.waitForLoadState("domcontentloaded");

  // It is paused at once: what is in work ends, the rest waits, also in the eyes of another process.
  await press("p");
  await badge("Tạm dừng").waitFor();
  await contents.locator("div", { hasText: /^Tệp đang làm\s*0$/ }).waitFor({ timeout: 60_000 });
  await until("all files are in", ({ files }) => files.seen === ALL);
  const [paused] = status().paused;
  assert.ok(paused.files > 0, "the batch was done before it could be paused");
  assert.match(home.run("batch", "list"), /paused/);
  // A paper of the counter does not wait.
  home.scan(`${ONE}_KQ_giay-phep.pdf`, ONE);
  await until("the counter's paper is attached", ({ files }) => files.seen === ALL + 1 && files.pending === paused.files);
  assert.equal(status().paused[0].files, paused.files);
  await contents.getByText(`/ ${ALL} tệp`).waitFor();
  looked.push(...(await look(page, "batch-paused")));

  // It goes on, and the page says so until it has ended.
  await press("p");
  await badge("Đang xử lý").waitFor();
  // Nothing but what comes by itself changes this page: it would lose this with a load.
  await page.evaluate(() => (globalThis.stayed = true));
  await badge("Xong, còn việc cần xử lý").waitFor({ timeout: 120_000 });
  assert.equal(await page.evaluate(() => globalThis.stayed), true);
  assert.equal(await page.getByRole("button", { name: "Tạm dừng" }).count(), 0);
  const { attached, conflict, unknown, truncated, duplicate } = FILES;
  const wanted = { "Đã gắn vào hồ sơ": attached, "Cần xử lý": conflict + unknown, "Bị từ chối": truncated, Trùng: duplicate };
  for (const [state, files] of Object.entries(wanted)) assert.equal(await count(state), files, state);
  looked.push(...(await look(page, "batch-ended")));

  // Errors by kind: the most frequent first; run again, taken back, run again.
  await press("e");
  await page.getByRole("heading", { name: "Tệp của đợt" }).waitFor();
  assert.equal(await page.locator("tbody tr").count(), unknown);
  looked.push(...(await look(page, "batch-files")));
  await press("t");
  await page.getByText(`Đã đưa ${unknown} tệp vào hàng chờ`).waitFor();
  looked.push(...(await look(page, "batch-rerun")));
  await press("u");
  await page.getByText(`Đã hoàn tác cho ${unknown} tệp`).waitFor();
  await press("t");
  await page.getByText(`Đã đưa ${unknown} tệp vào hàng chờ`).waitFor();
  await press("b");
  await badge("Xong, còn việc cần xử lý").waitFor({ timeout: 60_000 });
  assert.equal(await count("Cần xử lý"), conflict + unknown);
  // From here to the decisions about them.
  await contents.locator("#review-dossier-conflict").focus();
  await press("Enter");
  await page.getByRole("link", { name: new RegExp(`Xử lý ${conflict} việc`) }).waitFor();
  await page.goBack();

  // A sample, drawn with a seed and judged by number keys.
  await page.getByRole("heading", { name: FOLDER }).waitFor();
  await press("s");
  await page.getByText("Chưa lấy mẫu").waitFor();
  looked.push(...(await look(page, "sample-none")));
  await page.getByLabel("Số văn bản").fill("3");
  await press("Enter");
  await page.getByText("Hãy ghi hạt giống").waitFor();
  await page.getByLabel("Hạt giống").fill("xổ số 14/06: 48213");
  await press("Enter");
  for (const [n, key] of [[1, "1"], [2, "4"], [3, "1"]]) {
    await page.getByRole("heading", { name: `Văn bản ${n} / 3` }).waitFor();
    if (n === 2) looked.push(...(await look(page, "sample-item")));
    await press(key);
  }
  await page.getByText("Đã đối chiếu xong mẫu này").waitFor();
  looked.push(...(await look(page, "sample-judged")));

  // The report, on the screen and as a file.
  await press("b");
  await page.getByRole("heading", { name: FOLDER }).waitFor();
  await press("r");
  await page.getByRole("heading", { name: /^Báo cáo đợt quét/ }).waitFor();
  const row = async (name) => (await page.locator("tr", { hasText: name }).first().locator("td").allInnerTexts())[0];
  assert.equal(await row("Tệp nhận được"), String(ALL));
  assert.equal(await row("Cộng"), String(ALL));
  assert.equal(await row("Trang nhận được"), String(attached + conflict + unknown));
  looked.push(...(await look(page, "batch-report")));
  const download = page.waitForEvent("download");
  await page.getByRole("link", { name: "PDF" }).focus();
  await press("Enter");
  assert.match((await download).suggestedFilename(), /^dot-quet-\d+-\d{4}-\d\d-\d\d\.pdf$/);

  await page.goto(new URL("/batches", base).href);
  await page.getByRole("link", { name: FOLDER }).waitFor();
  looked.push(...(await look(page, "batches")));
  await page.getByRole("button", { name: "English" }).click();
  await page.getByText("Done, some need a decision").waitFor();
  assert.deepEqual(faults, []);

  // Batches of another agency are not there.
  const other = await signedIn(chromium, base, "noi-khac", PASSWORD);
  await other.page.goto(new URL("/batches", base).href);
  await other.page.getByText("Chưa có đợt quét nào").waitFor();
  assert.equal(await other.page.locator("#folder").count(), 0);
  assert.equal((await other.page.goto(new URL("/batches/1", base).href)).status(), 404);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
