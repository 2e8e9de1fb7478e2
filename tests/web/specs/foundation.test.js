// The first administrator, a clerk, a dossier and its checklist, which changes while a paper comes in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Home, browser, look, nothingGrave, person } from "../support.js";

const DOSSIER = "H41.20-230615-0001";
const AGENCY = "UBND huyện Phú Lộc Hạ";
const PASSWORD = "một câu dài dễ nhớ";

let home, chromium, link;
const looked = [];

before(async () => {
  home = new Home();
  const papers = ["TP01_don-de-nghi.pdf", "TP02_giay-uy-quyen.jpg"].map((name) => home.sample(`${DOSSIER}_${name}`));
  home.run("ingest", ...papers, "--wait");
  link = await home.serve();
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

async function setPassword(page) {
  const [password, again] = await page.locator("input[type=password]").all();
  await password.fill(PASSWORD);
  await again.fill(PASSWORD);
}

test("the first administrator adds a clerk, who opens a dossier", { timeout: 120_000 }, async () => {
  const admin = await person(chromium);
  await admin.page.goto(link);
  looked.push(...(await look(admin.page, "first-admin")));
  await admin.page.getByLabel("Tên đăng nhập").fill("truong-phong");
  await setPassword(admin.page);
  await admin.page.getByRole("button", { name: "Tạo quản trị viên" }).click();
  await admin.page.getByRole("heading", { name: "Xin chào, truong-phong" }).waitFor();
  looked.push(...(await look(admin.page, "home-admin")));
  // The link holds once.
  const late = await person(chromium);
  assert.equal((await late.page.goto(link)).status(), 404);
  looked.push(...(await look(late.page, "error")));

  await admin.page.getByRole("link", { name: "Người dùng" }).first().click();
  await admin.page.getByLabel("Tên đăng nhập").fill("A B");
  await admin.page.getByRole("button", { name: "Thêm người dùng" }).click();
  await admin.page.getByText("Tên chỉ gồm a–z").waitFor();
  looked.push(...(await look(admin.page, "users-error")));
  await admin.page.getByLabel("Tên đăng nhập").fill("quay-1");
  await admin.page.getByLabel("Vai trò").selectOption("counter");
  await admin.page.getByLabel("Cơ quan").fill(AGENCY);
  await admin.page.getByRole("button", { name: "Thêm người dùng" }).click();
  const invitation = await admin.page.getByLabel("Đường dẫn đặt mật khẩu").inputValue();
  looked.push(...(await look(admin.page, "users")));

  const clerk = await person(chromium);
  await clerk.page.goto(invitation);
  looked.push(...(await look(clerk.page, "password")));
  await setPassword(clerk.page);
  await clerk.page.getByRole("button", { name: "Đặt mật khẩu" }).click();
  // By the keyboard alone: the name has the focus already.
  looked.push(...(await look(clerk.page, "sign-in")));
  await clerk.page.keyboard.type("quay-1");
  await clerk.page.keyboard.press("Tab");
  await clerk.page.keyboard.type(PASSWORD);
  await clerk.page.keyboard.press("Enter");
  await clerk.page.getByRole("heading", { name: "Xin chào, quay-1" }).waitFor();
  looked.push(...(await look(clerk.page, "home-clerk")));

  // A barcode reader types the code and Enter.
  await clerk.page.keyboard.type(`${DOSSIER}\n`);
  await clerk.page.getByRole("heading", { name: DOSSIER, exact: true }).waitFor();
  const item = (id) => clerk.page.locator(`[data-component="${id}"]`);
  for (const [id, state] of [["TP01", "Đã có"], ["TP02", "Đã có"], ["TP03", "Được miễn"], ["KQ", "Còn thiếu"]]) {
    assert.match(await item(id).innerText(), new RegExp(state), id);
  }
  assert.match(await clerk.page.locator(".checklist .notice").innerText(), /Còn thiếu 1 thành phần/);
  await clerk.page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll(".thumbnails img")];
    return pictures.length > 0 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
  });
  looked.push(...(await look(clerk.page, "dossier-missing")));

  // The missing paper is scanned: the page says so by itself.
  home.scan(`${DOSSIER}_KQ_giay-phep.pdf`, DOSSIER);
  await item("KQ").getByText("Đã có").waitFor({ timeout: 60_000 });
  assert.match(await clerk.page.locator(".checklist .notice").innerText(), /Đã đủ/);
  looked.push(...(await look(clerk.page, "dossier-complete")));

  // A dossier of another agency is not there.
  await clerk.page.goto(new URL("/dossiers/000.20.41.H41-230615-0002", link).href);
  await clerk.page.getByRole("heading", { name: "Không tìm thấy" }).waitFor();
  await clerk.page.goto(new URL("/dossiers", link).href);
  looked.push(...(await look(clerk.page, "dossiers")));
  assert.equal(await clerk.page.getByText("000.20.41.H41").count(), 0);

  // Keys: `?` lists them, `/` goes to the field.
  await clerk.page.locator("h1").click();
  await clerk.page.keyboard.press("?");
  await clerk.page.getByRole("dialog", { name: "Phím tắt của màn hình này" }).waitFor();
  looked.push(...(await look(clerk.page, "keys")));
  await clerk.page.keyboard.press("Escape");
  await clerk.page.keyboard.press("/");
  await clerk.page.keyboard.type("H41.99");
  await clerk.page.keyboard.press("Enter");
  await clerk.page.getByText("Không có hồ sơ nào có mã bắt đầu bằng H41.99").waitFor();
  looked.push(...(await look(clerk.page, "dossiers-empty")));

  await clerk.page.getByRole("button", { name: "English" }).click();
  await clerk.page.getByText("No dossier has a code that begins with H41.99").waitFor();
  assert.equal(await clerk.page.locator("html").getAttribute("lang"), "en");

  // That something was refused, as was meant here, is told by the browser too.
  const other = (fault) => !/the server responded with a status of (404|422)/.test(fault);
  for (const { faults } of [admin, clerk]) assert.deepEqual(faults.filter(other), []);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
