// An archivist works through ten exceptions by the keyboard alone; a clerk confirms what was read with doubt.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Home, browser, look, nothingGrave, paper, signedIn } from "../support.js";

const PASSWORD = "một câu dài dễ nhớ";
const [ONE, TWO] = ["H41.20-230615-0001", "H41.20-230616-0004"];
const EXCEPTIONS = 10;

let home, chromium, address;
const looked = [];

// Signed in as a new user.
function signIn(name, role) {
  home.user(name, role, "", PASSWORD);
  return signedIn(chromium, address, name, PASSWORD);
}

before(async () => {
  home = new Home();
  const named = [];
  for (let i = 1; i <= EXCEPTIONS; i++) {
    const path = join(home.dir, `scan-${String(i).padStart(2, "0")}.pdf`);
    // Two dossiers are named, or none.
    const says = i <= 7 ? [`Ma ho so: ${ONE}`, `Ma ho so: ${TWO}`] : ["Khong co ma ho so nao tren giay nay"];
    const first = [`To giay thu ${i}`, ...says, "Noi dung cua to giay nay khong quan trong."];
    writeFileSync(path, paper(i === 3 ? [first, ["Trang thu hai cua to giay nay"]] : [first]));
    named.push(path);
  }
  home.ends(1, "ingest", ...named, "--wait");
  // A form on which two things cannot be right.
  const form = join(home.dir, `${ONE}_TP01_don.pdf`);
  writeFileSync(form, paper([["DON DE NGHI", "Ho va ten: Tran Thi Bia", "Ngay sinh: 31/02/1990", "So dien thoai: 12345"]]));
  home.run("ingest", form, "--wait");
  address = new URL("/", await home.serve()).href;
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

test("an archivist works through the exceptions by the keyboard alone", { timeout: 180_000 }, async () => {
  const { page, faults } = await signIn("luu-tru", "archivist");
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  // What was split or tried again comes back, so that there may be more than there were.
  const at = (position) => page.getByText(new RegExp(`^Việc ${position} / `)).waitFor();
  const shown = (number) => page.locator(".decision-side .source").getByText(`scan-${number}.pdf`).waitFor();

  const link = page.getByRole("link", { name: "Cần xử lý" }).first();
  await link.focus();
  await press("Enter");
  await page.getByText(`Xử lý ${EXCEPTIONS} việc`).waitFor();
  looked.push(...(await look(page, "review-queue")));

  let decisions = 0;
  let keys = 0;
  const began = Date.now();
  const decide = async (next, ...pressed) => {
    await press(...pressed);
    decisions += 1;
    keys += pressed.length;
    if (next) await at(next);
  };
  await press("Enter");
  await at(1);
  await page.waitForLoadState("load");
  const loads = [];
  page.on("load", () => loads.push(page.url()));
  const started = Date.now();
  // What points there and what against stands beside each candidate.
  await page.getByText(`lại chỉ hồ sơ ${TWO}`).waitFor();
  await decide(2, "1", "Enter");
  await page.getByText("được gắn vào hồ sơ").waitFor();
  // With a component, by its letter.
  await decide(3, "1", "b", "Enter");
  // Two pages: leafed through, then split at the page shown.
  await press("ArrowRight");
  await page.getByText("Trang 2 / 2").waitFor();
  await decide(4, "s");
  await decide(5, "2", "Enter");
  // Taken back, and decided again.
  await press("u");
  await at(4);
  await page.getByText("đã được hoàn tác").waitFor();
  await decide(5, "1", "Enter");
  await decide(6, "t");
  // A reason is asked for.
  await press("r");
  await page.getByRole("dialog", { name: "Loại bỏ tệp này?" }).waitFor();
  await page.keyboard.type("Quét thử");
  await decide(7, "Enter");
  // Later: the next one first.
  await press("n");
  await shown("08");
  // Nothing points anywhere: the code is typed, as a barcode reader does.
  await press("/");
  await page.keyboard.type("H41.20-2306");
  await page.locator("#found").getByText(TWO).waitFor();
  await press("Escape");
  await decide(8, "2", "Enter");
  await press("/");
  await page.keyboard.type(ONE);
  await decide(9, "Enter");
  await press("/");
  await page.keyboard.type(TWO);
  await decide(10, "Enter");
  // What was left for later, and what came back.
  const end = page.getByText("Đã xử lý hết");
  for (let position = 11; position < 20 && !(await end.isVisible()); position++) {
    if (await page.locator(".choice").count()) {
      await press("1");
    } else {
      await press("/");
      await page.keyboard.type(ONE);
    }
    await decide(0, "Enter");
    await end.or(page.getByText(new RegExp(`^Việc ${position} / `))).first().waitFor();
  }
  await end.waitFor();
  const seconds = (Date.now() - started) / 1000;
  assert.deepEqual(loads, [], "no page was loaded as a whole");
  console.log(
    `${decisions} decisions, ${keys} keys, ${seconds.toFixed(1)} s: ${Math.round((decisions * 3600) / seconds)} decisions an hour ` +
      `as far as the program is concerned (first screen after ${((started - began) / 1000).toFixed(2)} s)`,
  );
  assert.deepEqual(faults, []);
});

test("what somebody else decided meanwhile is told", { timeout: 120_000 }, async () => {
  const path = join(home.dir, "scan-11.pdf");
  writeFileSync(path, paper([[`Ma ho so: ${ONE}`, `Ma ho so: ${TWO}`], ["Trang hai"], ["Trang ba"]]));
  home.ends(1, "ingest", path, "--wait");
  const { file } = JSON.parse(home.ends(1, "--json", "review", "list")).at(-1);
  const user = await signIn("luu-tru-2", "archivist");
  await user.page.goto(new URL(`/review/${file}`, address).href);
  looked.push(...(await look(user.page, "review-item")));
  await user.page.keyboard.press("1");
  await user.page.locator(".components").first().waitFor();
  looked.push(...(await look(user.page, "review-chosen")));
  await user.page.keyboard.press("r");
  looked.push(...(await look(user.page, "review-reject")));
  await user.page.keyboard.press("Escape");
  home.run("review", "reject", String(file), "--reason", "twice", "--by", "nguoi-khac");
  await user.page.getByText("nguoi-khac đã quyết định về tệp này").first().waitFor();
  await user.page.keyboard.press("Enter");
  await user.page.getByText("không còn chờ quyết định").waitFor();
  looked.push(...(await look(user.page, "review-decided")));
  assert.deepEqual(user.faults, []);
});

test("a clerk confirms what was read with doubt", { timeout: 120_000 }, async () => {
  const { page, faults } = await signIn("quay-2", "counter");
  await page.goto(new URL("/fields", address).href);
  await page.locator("#value").waitFor();
  const read = await page.locator("#value").inputValue();
  const name = await page.locator(".item-title").innerText();
  const dossier = await page.locator(".viewer figcaption a").innerText();
  await page.waitForFunction(() => document.querySelector(".viewer img, .viewer svg image") !== null);
  looked.push(...(await look(page, "fields")));
  // The value has the focus and is selected: what is typed takes its place.
  await page.keyboard.type("Giá trị đã sửa");
  await page.keyboard.press("Enter");
  await page.getByText(`${name}: đã xác nhận giá trị được sửa`).waitFor();
  const next = await page.locator("#value").inputValue();
  await page.keyboard.press("Control+Enter");
  await page.waitForFunction((before) => document.querySelector("#value")?.value !== before, next);
  const archivist = await signIn("luu-tru-3", "archivist");
  await archivist.page.goto(new URL(`/dossiers/${dossier}`, address).href);
  await archivist.page.getByText(/^Dữ liệu bóc tách/).first().click();
  await archivist.page.getByText("Giá trị đã sửa").waitFor();
  await archivist.page.getByText("quay-2 xác nhận lúc").waitFor();
  looked.push(...(await look(archivist.page, "dossier-fields")));
  assert.deepEqual(archivist.faults, []);
  const shown = JSON.parse(home.run("--json", "dossier", "show", dossier));
  const confirmed = shown.documents.flatMap((document) => document.fields).find((field) => field.confirmed_by === "quay-2");
  assert.deepEqual([confirmed.value, confirmed.read], ["Giá trị đã sửa", read]);
  assert.deepEqual(faults, []);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
