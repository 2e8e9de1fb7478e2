// The API for people: its operations are read and tried by the keyboard alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Home, browser, look, nothingGrave, signedIn } from "../support.js";

const DOSSIER = "H41.20-230615-0001";
const PASSWORD = "một câu dài dễ nhớ";

let home, chromium, url;

before(async () => {
  home = new Home();
  url = await home.serve();
  home.user("luu-tru-1", "archivist", "", PASSWORD);
  chromium = await browser();
});

after(async () => {
  await chromium?.close();
  await home?.close();
});

test("an operation is found and tried", { timeout: 60_000 }, async () => {
  const { page, context, faults } = await signedIn(chromium, url, "luu-tru-1", PASSWORD);
  await page.goto(new URL("/api", url).href);
  const operation = page.locator("details", { hasText: "One dossier: what is due" });
  await operation.locator("summary").focus();
  await page.keyboard.press("Enter");
  const looked = await look(page, "explorer");
  await page.keyboard.press("Tab");
  await page.keyboard.type(DOSSIER);
  const opened = context.waitForEvent("page");
  await page.keyboard.press("Enter");
  const answer = await opened;
  await answer.waitForURL(`**/api/v1/dossiers/${DOSSIER}`);
  const dossier = JSON.parse(await answer.locator("body").innerText());
  assert.deepEqual([dossier.code, dossier.complete], [DOSSIER, false]);
  nothingGrave(looked);
  assert.deepEqual(faults, []);
});
