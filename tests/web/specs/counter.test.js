// A clerk's day at the counter, by the keyboard alone: from the scanned code over pages that arrive live to the hand-over.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { Home, another, browser, look, nothingGrave, signedIn } from "../support.js";

const DOSSIER = "H41.20-230615-0001";
const AGENCY = "UBND huyện Phú Lộc Hạ";
const PASSWORD = "một câu dài dễ nhớ";

let home, chromium, base;
const looked = [];

before(async () => {
  home = new Home();
  home.counter(AGENCY, "Quầy 1");
  base = await home.serve();
  home.user("quay-1", "counter", AGENCY, PASSWORD);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

test("a clerk opens, scans, mends and hands over", { timeout: 240_000 }, async () => {
  const { page, faults } = await signedIn(chromium, base, "quay-1", PASSWORD);
  const keys = page.keyboard;
  // Goes on with the tabulator until this has the focus.
  const tabTo = async (target) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return;
      await keys.press("Tab");
    }
    assert.fail("the tabulator does not lead there");
  };
  const file = (name) => page.locator("article.file", { has: page.getByRole("heading", { name }) });
  const becomes = (name, state) => file(name).locator(".badge").filter({ hasText: state }).waitFor({ timeout: 60_000 });
  const shows = (name) =>
    page.waitForFunction(
      (wanted) => {
        const all = [...document.querySelectorAll("article.file")];
        const pictures = [...(all.find((a) => a.querySelector("h3").textContent === wanted)?.querySelectorAll("img") ?? [])];
        return pictures.length > 0 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
      },
      name,
      { timeout: 30_000 },
    );

  await page.goto(new URL("/counter", base).href);
  looked.push(...(await look(page, "counter")));
  // The field has the focus: a barcode reader types.
  await keys.type("H41.20-230615-9999\n");
  await page.getByRole("alert").getByText("Không có hồ sơ mang mã này").waitFor();
  looked.push(...(await look(page, "counter-unknown")));
  await keys.type(`${DOSSIER}\n`);
  await page.getByRole("heading", { name: DOSSIER }).waitFor();
  await page.getByText("Đang mở tại Quầy 1").waitFor();
  looked.push(...(await look(page, "counter-dossier-empty")));
  const item = (id) => page.locator(`[data-component="${id}"]`);
  assert.match(await item("TP02").innerText(), /Còn thiếu/);

  // Nothing is there yet: it is not handed over without a reason.
  await tabTo(page.locator("#hand-over"));
  await keys.press("Enter");
  await page.getByText("Chưa bàn giao được").waitFor();
  looked.push(...(await look(page, "counter-hand-over-refused")));

  // The scanner writes; the page shows it by itself, thumbnails before it is read.
  const form = readFileSync(home.sample(`${DOSSIER}_TP01_don-de-nghi.pdf`));
  await tabTo(page.locator("#hand-over"));
  home.scanAtCounter("SCAN0001.pdf", form);
  await shows("SCAN0001.pdf");
  assert.equal(await page.evaluate(() => document.activeElement.id), "hand-over", "what arrives takes the focus from nobody");
  looked.push(...(await look(page, "counter-dossier-arriving")));
  await becomes("SCAN0001.pdf", "Đã gắn");
  const photo = readFileSync(home.sample(`${DOSSIER}_TP02_giay-uy-quyen.jpg`));
  home.scanAtCounter("SCAN0002.jpg", another(photo, "from the scanner of counter 1"));
  await becomes("SCAN0002.jpg", "Đã gắn");

  // Which component it is, in the dialog of its page.
  const thumb = file("SCAN0002.jpg").locator("button.thumb").first();
  await tabTo(thumb);
  await keys.press("Enter");
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Xoay phải" }).waitFor();
  await page.waitForFunction(() => document.querySelector(".paper-frame img")?.naturalWidth > 0);
  looked.push(...(await look(page, "counter-page")));
  await tabTo(dialog.getByLabel("Thành phần hồ sơ"));
  await keys.type("TP02");
  await tabTo(dialog.getByRole("button", { name: "Gắn" }));
  await keys.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await item("TP02").getByText("Đã có").waitFor({ timeout: 60_000 });

  // A page is turned, and the turn taken back.
  await becomes("SCAN0002.jpg", "Đã gắn");
  const turned = file("SCAN0002.jpg").locator("img").first();
  const upright = await turned.getAttribute("src");
  await tabTo(thumb);
  await keys.press("Enter");
  await tabTo(dialog.getByRole("button", { name: "Xoay phải" }));
  await keys.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await page.waitForFunction((before) => !document.querySelector(`img[src="${before}"]`), upright);
  await becomes("SCAN0002.jpg", "Đã gắn");
  await tabTo(file("SCAN0002.jpg").getByRole("button", { name: "Hoàn tác việc vừa làm" }));
  await keys.press("Enter");
  await page.locator(`img[src="${upright}"]`).waitFor({ timeout: 60_000 });

  // The paper is scanned again: its page takes the place of the one before, and is no paper of its own.
  home.scanAtCounter("SCAN0003.jpg", another(photo, "scanned again"));
  await becomes("SCAN0003.jpg", "Đã gắn");
  await becomes("SCAN0002.jpg", "Đã gắn");
  await tabTo(thumb);
  await keys.press("Enter");
  await tabTo(dialog.getByRole("button", { name: "Thay trang" }));
  await keys.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await file("SCAN0002.jpg").locator('img[src*="by="]').waitFor({ timeout: 60_000 });
  await becomes("SCAN0002.jpg", "Đã gắn");
  await becomes("SCAN0003.jpg", "Bị từ chối");

  // A file of this computer is sent.
  await page.locator("#send").setInputFiles(home.sample(`${DOSSIER}_KQ_giay-phep.pdf`));
  await item("KQ").getByText("Đã có").waitFor({ timeout: 60_000 });
  looked.push(...(await look(page, "counter-dossier-complete")));
  const sheets = page.waitForEvent("download");
  await page.getByRole("link", { name: "Tờ phân tách" }).click();
  assert.match((await sheets).suggestedFilename(), /H41\.20-230615-0001.*\.pdf/);

  // Whatever still lacks has a reason.
  const reason = page.getByLabel("Lý do bàn giao khi chưa đủ");
  if (await reason.count()) {
    await tabTo(reason);
    await keys.type("người dân bổ sung sau");
  }
  await tabTo(page.locator("#hand-over"));
  await keys.press("Enter");
  await page.getByText(`Đã bàn giao hồ sơ ${DOSSIER}`).waitFor();
  looked.push(...(await look(page, "counter-handed-over")));
  assert.deepEqual(faults.filter((fault) => !fault.includes("422")), []);
});

test("axe finds nothing serious at the counter, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
