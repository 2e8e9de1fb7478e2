// An auditor's day: from a bar of the dashboard to the dossier, its history, its pages; a certificate made and checked; a sample
// compared with paper by the keyboard alone; the figures taken along.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Home, browser, look, nothingGrave, signedIn } from "../support.js";

const DOSSIER = "H41.20-230615-0001";
const AGENCY = "UBND huyện Phú Lộc Hạ";
const PASSWORD = "một câu dài dễ nhớ";

let home, chromium, link, page, faults;
const looked = [];
const see = async (name) => looked.push(...(await look(page, name)));

before(async () => {
  home = new Home();
  // A dossier that lacks its result, one that is complete, and a paper of a dossier that the register does not know.
  const papers = ["H41.20-230615-0001_TP01_don-de-nghi.pdf", "H41.20-230615-0001_TP02_giay-uy-quyen.jpg",
    "H41.20-230619-0006_TP02_cong-van.png"].map((name) => home.sample(name));
  const unknown = join(home.dir, "H41.20-230615-0999_TP01_don.jpg");
  writeFileSync(unknown, readFileSync(home.sample("000.20.41.H41-230619-0005_TP03_don.jpg")));
  home.run("ingest", ...papers, unknown, "--wait");
  link = await home.serve();
  home.user("kiem-tra-1", "auditor", "", PASSWORD);
  home.user("kiem-tra-2", "auditor", AGENCY, PASSWORD);
  chromium = await browser();
  ({ page, faults } = await signedIn(chromium, link, "kiem-tra-1", PASSWORD));
  page.setDefaultTimeout(60_000);
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

// What a click brings down.
async function downloaded(click) {
  const [download] = await Promise.all([page.waitForEvent("download"), click()]);
  return readFileSync(await download.path());
}

test("from a bar to the dossier, its history and its pages", { timeout: 300_000 }, async () => {
  await page.getByRole("link", { name: "Kiểm tra" }).first().click();
  await page.getByRole("heading", { name: "Tỷ lệ số hóa hồ sơ tiếp nhận" }).waitFor();
  // Nothing was received this month: the month of the last reception is shown.
  assert.match(await page.locator(".stated").first().innerText(), /01\/06\/2023 – 30\/06\/2023/);
  await see("coverage");

  // By the keyboard: the bar of the agency in the chart of full digitization.
  const bar = page.locator(".chart").first().getByRole("link", { name: AGENCY });
  await bar.focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Hồ sơ còn thiếu giấy tờ" }).waitFor();
  const row = page.locator("tr", { hasText: DOSSIER });
  assert.match(await row.innerText(), /KQ Giấy phép[\s\S]*Chưa quét[\s\S]*từ 20\/06\/2023/);
  assert.match(await row.innerText(), /TP03[\s\S]*Được miễn/);
  await see("coverage-dossiers");

  await row.getByRole("link", { name: DOSSIER }).click();
  await page.getByRole("heading", { name: DOSSIER, exact: true }).waitFor();
  assert.match(await page.locator(".applicant").innerText(), /C••• V••• N•••/);
  await page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll(".thumbnails img")];
    return pictures.length > 0 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
  });
  await page.locator("h1").click();
  await page.keyboard.press("h");
  await page.getByRole("heading", { name: `Lịch sử ${DOSSIER}` }).waitFor();
  for (const words of ["Nhận tệp quét", "Gắn vào hồ sơ", "Hệ thống"]) await page.getByText(words).first().waitFor();
  await page.keyboard.press("v");
  await page.getByText("riêng hồ sơ này").waitFor();
  assert.match(await page.locator(".checked").innerText(), /Toàn vẹn[\s\S]*kiem-tra-1[\s\S]*0 sai lệch/);
  await see("history");
});

test("what does not agree with the register, the report, the state of the store", { timeout: 300_000 }, async () => {
  await page.goto(new URL("/reconciliation", link).href);
  await page.getByRole("link", { name: "H41.20-230615-0999" }).waitFor();
  await page.getByText("Đã có trong").first().waitFor();
  await see("reconciliation");
  await page.getByRole("navigation", { name: "Các phần của kiểm tra" }).getByRole("link", { name: "Báo cáo kỳ" }).click();
  await page.getByText("Mọi phép đối chiếu đều khớp").waitFor();
  await see("report");
  const csv = await downloaded(() => page.getByRole("link", { name: "CSV" }).click());
  assert.match(csv.toString(), /BÁO CÁO TIẾP NHẬN, GIẢI QUYẾT HỒ SƠ/);
  await page.getByRole("link", { name: "Toàn vẹn" }).click();
  await page.getByRole("link", { name: DOSSIER }).waitFor();
  await see("fixity");
});

test("a certificate is made, taken along and checked, also against an older one", { timeout: 300_000 }, async () => {
  await page.getByRole("link", { name: "Chứng nhận" }).click();
  await page.getByText("Chưa lập giấy nào").waitFor();
  const make = async () => {
    await page.getByRole("button", { name: "Lập giấy chứng nhận" }).click();
    await page.getByText("Đã lập giấy chứng nhận kỳ 01/06/2023 – 30/06/2023").waitFor();
    return downloaded(() => page.getByRole("status").getByRole("link", { name: "Tải về" }).click());
  };
  const older = await make();
  // Something happens between the two.
  await page.goto(new URL(`/dossiers/${DOSSIER}/history`, link).href);
  await page.keyboard.press("v");
  await page.getByText("riêng hồ sơ này").waitFor();
  await page.goto(new URL("/certificates", link).href);
  const newer = await make();
  assert.match(newer.toString(), /sohoa\.vn\/certificate\/1[\s\S]*\[since\]/);

  const check = async (certificate, against) => {
    const [file, old] = ["giay.txt", "giay-cu.txt"].map((name) => join(home.dir, name));
    writeFileSync(file, certificate);
    writeFileSync(old, against);
    await page.getByLabel("Tệp giấy chứng nhận").setInputFiles(file);
    await page.getByLabel("Giấy cũ để so").setInputFiles(old);
    const answered = page.waitForResponse((response) => response.url().endsWith("/certificates/check"));
    await page.getByRole("button", { name: "Kiểm tra một giấy" }).click();
    await (await answered).finished();
  };
  await check(newer, older);
  await page.getByText("Không thấy sai lệch.").waitFor();
  await page.getByText("Lịch sử nối tiếp giấy cũ").waitFor();
  await see("certificates");
  await check(Buffer.from(newer.toString().replace(/\[received\]: \d+/, "[received]: 99")), older);
  await page.getByText("Có sai lệch.").waitFor();
  await check(Buffer.from("không phải giấy"), older);
  await page.getByText("Tệp này không phải giấy chứng nhận.").waitFor();
});

test("a sample is drawn and compared with paper by the keyboard alone", { timeout: 300_000 }, async () => {
  await page.goto(new URL("/samples", link).href);
  await see("samples-none");
  await page.getByLabel("Hạt giống").focus();
  await page.keyboard.type("xúc xắc 4 2 6");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Mẫu mau-1" }).waitFor();
  await page.getByText("Đã so 0 / 3 văn bản").first().waitFor();
  await page.keyboard.press("Enter");
  for (const [done, key, note] of [[0, "1", ""], [1, "2", "thiếu dấu ở trang 1"], [2, "1", ""]]) {
    await page.getByText(`Đã so ${done} / 3 văn bản`).first().waitFor();
    await page.waitForFunction(() => document.querySelector(".viewer img.now")?.naturalWidth > 0);
    if (note) {
      await see("sample-item");
      await page.keyboard.press("c");
      // Enter in the note decides nothing.
      await page.keyboard.type(`${note}\n`);
      await page.keyboard.press("Escape");
    }
    await page.keyboard.press(key);
  }
  await page.getByText("Đã so hết mẫu này.").waitFor();
  await page.getByText("thiếu dấu ở trang 1").waitFor();
  assert.match(await page.locator(".audit-figures").innerText(), /33,33 %/);
  await see("sample");
  const pdf = await downloaded(() => page.getByRole("link", { name: "PDF" }).click());
  assert.equal(pdf.subarray(0, 5).toString(), "%PDF-");
});

test("the figures are taken along, in English too; another agency's are not seen", { timeout: 300_000 }, async () => {
  await page.goto(new URL("/coverage", link).href);
  const book = await downloaded(() => page.getByRole("link", { name: "XLSX" }).click());
  assert.equal(book.subarray(0, 2).toString(), "PK");
  await page.getByLabel("Từ ngày").fill("31/02/2023");
  await page.getByRole("button", { name: "Lọc", exact: true }).click();
  await page.getByText("Hãy viết ngày như 31/12/2025.").waitFor();
  await page.getByRole("button", { name: "English" }).click();
  await page.getByRole("link", { name: "This month" }).click();
  await page.getByText("No dossier in this scope").waitFor();
  await see("coverage-empty");

  const bound = await signedIn(chromium, link, "kiem-tra-2", PASSWORD);
  await bound.page.goto(new URL("/coverage?agency=S%E1%BB%9F%20S%E1%BB%B1%20v%E1%BB%A5%20h%C3%A0nh%20ch%C3%ADnh", link).href);
  await bound.page.getByRole("heading", { name: "Tỷ lệ số hóa hồ sơ tiếp nhận" }).waitFor();
  assert.equal(await bound.page.getByText("Sở Sự vụ hành chính").count(), 0);
  assert.equal((await bound.page.goto(new URL("/report", link).href)).status(), 404);

  const meant = (fault) => /the server responded with a status of 404/.test(fault);
  assert.deepEqual(faults, []);
  assert.deepEqual(bound.faults.filter((fault) => !meant(fault)), []);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
