// An administrator has another system told, which takes nothing at first: what waits, what was given up, sent again, signed.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { Home, browser, look, nothingGrave, signedIn } from "../support.js";

const DOSSIER = "H41.20-230615-0001";
const PASSWORD = "một câu dài dễ nhớ";

let home, chromium, link, receiver, address;
const [looked, told] = [[], []];
// What the other system answers.
let answer = 503;

before(async () => {
  home = new Home();
  const papers = ["TP01_don-de-nghi.pdf", "TP02_giay-uy-quyen.jpg"].map((name) => home.sample(`${DOSSIER}_${name}`));
  home.run("ingest", ...papers, "--wait");
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      told.push({ headers: request.headers, body });
      response.writeHead(answer).end();
    });
  });
  await new Promise((listens) => receiver.listen(0, "127.0.0.1", listens));
  const path = "tich-hop/so-hoa/nhan-thong-bao/phien-ban-1/don-vi-hanh-chinh-cap-tinh";
  address = `http://127.0.0.1:${receiver.address().port}/${path}?khoa=0123456789abcdef0123456789abcdef`;
  link = await home.serve();
  home.user("quan-tri", "admin", "", PASSWORD);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
  receiver?.close();
});

// Loads the page again until it says this.
async function says(page, text) {
  for (let n = 0; n < 240; n++) {
    await page.reload();
    if ((await page.getByText(text).count()) > 0) return;
    await pause(250);
  }
  assert.fail(`never: ${text}`);
}

// A day of attempts is over.
function giveUp() {
  const script = "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]); db.execute(\"UPDATE delivery SET state = 'dead', attempts = 10\"); db.commit()";
  const done = spawnSync("python3", ["-c", script, join(home.path, "programs.db")], { encoding: "utf8" });
  assert.equal(done.status, 0, done.stderr);
}

test("what a receiver did not take is seen, sent again, and signed as it was told", { timeout: 240_000 }, async () => {
  const { page, faults } = await signedIn(chromium, link, "quan-tri", PASSWORD);
  await page.getByRole("link", { name: "Báo tin" }).first().click();
  await page.getByText("Chưa báo tin cho hệ thống nào").waitFor();
  looked.push(...(await look(page, "webhooks-none")));

  // By the keyboard: an address that is none, then the right one.
  const field = page.getByLabel("Địa chỉ nhận tin");
  await field.focus();
  await page.keyboard.type("ftp://nhan-tin.test/");
  await page.keyboard.press("Enter");
  await page.getByText("Địa chỉ phải bắt đầu bằng").waitFor();
  looked.push(...(await look(page, "webhooks-error")));
  await field.fill(address);
  await page.keyboard.press("Enter");
  const secret = await page.getByLabel("Khóa kiểm tra chữ ký").inputValue();
  assert.match(secret, /^whsec_/);
  looked.push(...(await look(page, "webhooks-made")));

  // The missing paper comes: a document is attached and the dossier complete, and nobody takes either message.
  home.scan(`${DOSSIER}_KQ_giay-phep.pdf`, DOSSIER);
  await page.getByRole("link", { name: address }).click();
  await says(page, "Đang chờ (2)");
  await says(page, "Nơi nhận trả lời 503");
  looked.push(...(await look(page, "webhook-waiting")));

  // The question has the focus; Escape leaves it, Enter says yes.
  const question = page.getByRole("dialog", { name: "Tạm dừng báo tin?" });
  await page.getByRole("button", { name: "Tạm dừng" }).focus();
  await page.keyboard.press("Enter");
  await question.waitFor();
  await page.keyboard.press("Escape");
  await question.waitFor({ state: "hidden" });
  await page.keyboard.press("Enter");
  await question.waitFor();
  looked.push(...(await look(page, "webhook-question")));
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Tiếp tục" }).waitFor();

  giveUp();
  await page.goto(new URL("/admin/webhooks", link).href);
  await page.getByText("2 tin đã thôi gửi").waitFor();
  looked.push(...(await look(page, "webhooks")));
  await page.getByRole("link", { name: address }).click();
  await page.getByRole("button", { name: "Gửi lại tin" }).first().waitFor();
  looked.push(...(await look(page, "webhook-dead")));
  await page.getByRole("button", { name: "Gửi lại tin" }).first().click();
  await page.getByText("1 tin được gửi lại").waitFor();
  await page.locator("h1").click();
  await page.keyboard.press("t");
  await page.getByText("Đang chờ (2)").waitFor();
  looked.push(...(await look(page, "webhook-resent")));

  // Paused it gets nothing; then it takes what waited.
  answer = 204;
  const before = told.length;
  await page.getByRole("button", { name: "Tiếp tục" }).click();
  await page.getByRole("button", { name: "Tạm dừng" }).waitFor();
  await says(page, "Đã nhận (2)");
  await page.getByRole("link", { name: "Đã nhận (2)" }).click();
  looked.push(...(await look(page, "webhook-taken")));
  const taken = told.slice(before);
  assert.deepEqual(taken.map(({ body }) => JSON.parse(body).type).sort(), ["document.attached", "dossier.complete"]);
  const key = Buffer.from(secret.replace("whsec_", ""), "base64");
  for (const { headers, body } of taken) {
    const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
    assert.equal(headers["webhook-signature"], `v1,${createHmac("sha256", key).update(signed).digest("base64")}`);
  }

  await page.getByRole("button", { name: "English" }).click();
  await page.getByText("Taken (2)").waitFor();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
  await page.getByText("The receiver was removed with its messages.").waitFor();
  assert.equal(await page.getByText(secret).count(), 0);

  // That an address was refused, as was meant here, is told by the browser too.
  assert.deepEqual(faults.filter((fault) => !/the server responded with a status of 422/.test(fault)), []);
});

test("axe finds nothing serious, and nothing is wider than the screen", () => {
  nothingGrave(looked);
});
