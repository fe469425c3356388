// A model of the hub on the page: typed, downloaded in sight of its reader, run; and what keeps it from being had, said
// at the field.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, open } from "./browser.js";
import { figure } from "./figures.js";
import { hub } from "./hub.js";
import { run, status } from "./page.js";
import { dataFolder, serve } from "./server.js";

const dialog = (page) => page.getByRole("dialog", { name: "Models" });
const field = (page) => page.locator(".model.field");

/** Types a name where the page has a place for one. */
async function use(page, name) {
  await page.getByRole("button", { name: "All models" }).click();
  await dialog(page).getByRole("textbox", { name: "Another model" }).fill(name);
  await dialog(page).getByRole("button", { name: "Use", exact: true }).click();
  assert.equal(await page.getByRole("combobox", { name: "Model" }).inputValue(), name);
}

/** Waits until the field says what is wrong, in words that match. */
const refused = (page, words) => field(page).getByRole("alert").filter({ hasText: words }).waitFor();

describe("models of the hub", () => {
  let data, cache, remote, server, browser, page;

  const start = async (...more) =>
    serve(data.path, 0, {
      options: ["--allow-hub", ...more],
      environment: { HF_ENDPOINT: remote.url, HF_HUB_CACHE: cache.path, HF_TOKEN_PATH: `${cache.path}/none` },
    });

  before(async () => {
    [data, cache, remote] = await Promise.all([dataFolder(), dataFolder(), hub()]);
    server = await start();
    browser = await launch();
    page = await open(browser, server.url);
    await page.goto("/");
  });
  after(async () => {
    await browser?.close();
    await server?.kill();
    await remote?.close();
    await Promise.all([data?.remove(), cache?.remove()]);
  });

  test("a download is followed, may be cancelled, and goes on", async () => {
    await use(page, "org/tiny");
    remote.hold();
    await run(page);
    const half = Math.floor(remote.megabytes / 2);
    const bar = page.locator('.status[data-status="running"]', { hasText: /^\d of \d MB downloaded/ });
    await bar.filter({ hasText: `${half - 1} of ` }).or(bar.filter({ hasText: `${half} of ` })).waitFor();
    const done = await bar.evaluate((element) => Number(element.style.getPropertyValue("--done")));
    assert.ok(done > 0.2 && done < 0.6, `the bar is at ${done}`);
    assert.match(await bar.textContent(), new RegExp(` of ${remote.megabytes} MB downloaded`));

    await page.getByRole("button", { name: "All models" }).click();
    await dialog(page).getByRole("row", { name: /org\/tiny/ }).getByText("downloading").waitFor();
    await dialog(page).getByRole("button", { name: "Close" }).click();

    await page.getByRole("button", { name: "Cancel" }).click();
    await status(page, "cancelled");
    remote.letGo();
    await run(page);
    await status(page, "done");
    await figure(page, "head_attribution").locator("canvas").first().waitFor();
  });

  test("the numbers are those of the same weights from elsewhere", async () => {
    const mean = () => figure(page, "summary").or(page.locator(".summary")).first().textContent();
    const downloaded = await mean();
    await page.getByRole("combobox", { name: "Model" }).selectOption("demo");
    await run(page);
    await page.waitForFunction(async () => {
      const id = location.pathname.split("/")[2];
      const answer = await fetch(`/api/results/${id}`);
      return answer.ok && (await answer.json()).model.name === "demo";
    });
    await status(page, "done");
    assert.equal(await mean(), downloaded);
  });

  test("a name that the hub does not know is said at the field", async () => {
    await use(page, "org/nothing");
    await refused(page, /no model `org\/nothing`.*check the spelling/);
    assert.equal(await page.getByRole("combobox", { name: "Model" }).getAttribute("aria-invalid"), "true");
  });

  test("a gated model says whose conditions to accept and where its token goes", async () => {
    await use(page, "org/gated");
    await refused(page, /gated: accept its conditions at .*org\/gated, then set the environment variable HF_TOKEN/);
  });

  test("a name that is none says what a name looks like", async () => {
    await use(page, "org/../tiny");
    await refused(page, /without `\.\.`/);
  });

  test("a download that breaks off fails the run, and the page says that asking again goes on", async () => {
    await page.goto("/");
    await use(page, "org/short");
    await run(page);
    await status(page, "failed");
    await page.getByText(/broke off after \d+ of \d+ bytes .*ask again to go on from there/).first().waitFor();
    await page.getByRole("combobox", { name: "Model" }).selectOption("org/tiny");
    await run(page);
    await status(page, "done");
  });

  test("without the network the cache serves, and what is not in it says so", async () => {
    await server.kill();
    await remote.close();
    server = await start();
    await page.context().close();
    page = await open(browser, server.url);
    await page.goto("/");
    await use(page, "org/new");
    await refused(page, /`org\/new` is not in the cache at .*, and the hub cannot be asked: 127\.0\.0\.1:\d+ does not answer/);
    await page.getByRole("combobox", { name: "Model" }).selectOption("org/tiny");
    await page.getByRole("checkbox", { name: /Prepend/ }).uncheck();
    await run(page);
    await status(page, "done");
    page.clean(/No available adapters/, /422|400/);
  });
});
