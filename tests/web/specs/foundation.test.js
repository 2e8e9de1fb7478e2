// The first administrator, a archivist, a dossier and its checklist, which changes while a paper comes in.
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

test("the first administrator adds an archivist, who opens a dossier", { timeout: 120_000 }, async () => {
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
  await admin.page.getByLabel("Tên đăng nhập").fill("luu-tru-1");
  await admin.page.getByLabel("Vai trò").selectOption("archivist");
  await admin.page.getByLabel("Cơ quan").fill(AGENCY);
  await admin.page.getByRole("button", { name: "Thêm người dùng" }).click();
  const invitation = await admin.page.getByLabel("Đường dẫn đặt mật khẩu").inputValue();
  looked.push(...(await look(admin.page, "users")));

  const archivist = await person(chromium);
  await archivist.page.goto(invitation);
  looked.push(...(await look(archivist.page, "password")));
  await setPassword(archivist.page);
  await archivist.page.getByRole("button", { name: "Đặt mật khẩu" }).click();
  // By the keyboard alone: the name has the focus already.
  looked.push(...(await look(archivist.page, "sign-in")));
  await archivist.page.keyboard.type("luu-tru-1");
  await archivist.page.keyboard.press("Tab");
  await archivist.page.keyboard.type(PASSWORD);
  await archivist.page.keyboard.press("Enter");
  await archivist.page.getByRole("heading", { name: "Xin chào, luu-tru-1" }).waitFor();
  looked.push(...(await look(archivist.page, "home-archivist")));

  // A barcode reader types the code and Enter.
  await archivist.page.keyboard.type(`${DOSSIER}\n`);
  await archivist.page.getByRole("heading", { name: DOSSIER, exact: true }).waitFor();
  const item = (id) => archivist.page.locator(`[data-component="${id}"]`);
  for (const [id, state] of [["TP01", "Đã có"], ["TP02", "Đã có"], ["TP03", "Được miễn"], ["KQ", "Còn thiếu"]]) {
    assert.match(await item(id).innerText(), new RegExp(state), id);
  }
  assert.match(await archivist.page.locator(".checklist .notice").innerText(), /Còn thiếu 1 thành phần/);
  await archivist.page.waitForFunction(() => {
    const pictures = [...document.querySelectorAll(".thumbnails img")];
    return pictures.length > 0 && pictures.every((picture) => picture.complete && picture.naturalWidth > 0);
  });
  looked.push(...(await look(archivist.page, "dossier-missing")));

  // The missing paper is scanned: the page says so by itself.
  home.scan(`${DOSSIER}_KQ_giay-phep.pdf`, DOSSIER);
  await item("KQ").getByText("Đã có").waitFor({ timeout: 60_000 });
  assert.match(await archivist.page.locator(".checklist .notice").innerText(), /Đã đủ/);
  looked.push(...(await look(archivist.page, "dossier-complete")));

  // A dossier of another agency is not there.
  await archivist.page.goto(new URL("/dossiers/000.20.41.H41-230615-0002", link).href);
  await archivist.page.getByRole("heading", { name: "Không tìm thấy" }).waitFor();
  await archivist.page.goto(new URL("/dossiers", link).href);
  looked.push(...(await look(archivist.page, "dossiers")));
  assert.equal(await archivist.page.getByText("000.20.41.H41").count(), 0);

  // Keys: `?` lists them, `/` goes to the field.
  await archivist.page.locator("h1").click();
  await archivist.page.keyboard.press("?");
  await archivist.page.getByRole("dialog", { name: "Phím tắt của màn hình này" }).waitFor();
  looked.push(...(await look(archivist.page, "keys")));
  await archivist.page.keyboard.press("Escape");
  await archivist.page.keyboard.press("/");
  await archivist.page.keyboard.type("H41.99");
  await archivist.page.keyboard.press("Enter");
  await archivist.page.getByText("Không có hồ sơ nào có mã bắt đầu bằng H41.99").waitFor();
  looked.push(...(await look(archivist.page, "dossiers-empty")));

  await archivist.page.getByRole("button", { name: "English" }).click();
  await archivist.page.getByText("No dossier has a code that begins with H41.99").waitFor();
  assert.equal(await archivist.page.locator("html").getAttribute("lang"), "en");

  // That something was refused, as was meant here, is told by the browser too.
  const other = (fault) => !/the server responded with a status of (404|422)/.test(fault);
  for (const { faults } of [admin, archivist]) assert.deepEqual(faults.filter(other), []);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
