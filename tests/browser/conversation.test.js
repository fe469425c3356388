// The page while things go on, and when they go wrong: bad input, a cut connection, cancelling, history, the keyboard.

import assert from "node:assert/strict";
import { after, before, beforeEach, afterEach, describe, test } from "node:test";
import { launch, open } from "./browser.js";
import { sameNumbers, stored, tables } from "./figures.js";
import { heads, inspector, paste, run, runMovieSentiment, status, withoutBos } from "./page.js";
import { proxy } from "./proxy.js";
import { dataFolder, serve } from "./server.js";

const noAdapter = /No available adapters/;

describe("the conversation", () => {
  let data, server, connection, browser, page;

  before(async () => {
    browser = await launch();
  });
  after(() => browser?.close());
  beforeEach(async () => {
    data = await dataFolder();
    server = await serve(data.path);
    connection = await proxy(server.url);
    page = await open(browser, connection.url);
    await page.goto("/");
    // the examples' runs, whose streams are not the tests'
    await page.waitForLoadState("networkidle");
  });
  afterEach(async () => {
    await page?.context().close();
    await connection?.close();
    await server?.kill();
    await data?.remove();
  });

  test("an answer of several tokens is marked at its field, before Run, and nothing typed is lost", async () => {
    const typed = "The film was\t great awful\t awful\nThe plot was\t great\t awful";
    await paste(page, typed);
    const answer = page.getByRole("textbox", { name: "Prompt 1, answer" });
    await page.locator('[data-prompt="1"]').getByRole("alert").filter({ hasText: "token" }).waitFor();
    assert.equal(await answer.getAttribute("aria-invalid"), "true");
    assert.equal(await page.getByRole("textbox", { name: "Prompt 2, answer" }).getAttribute("aria-invalid"), null);
    await page.reload();
    assert.equal(await answer.inputValue(), " great awful");
    await answer.fill(" great");
    await page.locator('[data-prompt="1"]').getByRole("alert").waitFor({ state: "detached" });
    await run(page);
    await status(page, "done");
    assert.equal((await stored(page)).experiment.prompts.length, 2);
    page.clean(noAdapter);
  });

  test("a connection that breaks off is resumed where it broke", async () => {
    await withoutBos(page);
    connection.holdAfter(20_000);
    await run(page);
    await status(page, "running");
    connection.cut();
    await status(page, "done");
    const result = await stored(page);
    const asked = connection.streams.filter((stream) => stream.includes(result.id));
    assert.equal(asked.length, 2, `streams: ${asked}`);
    assert.match(asked[1], /from=[1-9]/);
    sameNumbers(await tables(page), result.figures);
    page.clean(noAdapter, /ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE)/);
  });

  test("Cancel ends the waiting and leaves the form as it was", async () => {
    await withoutBos(page);
    connection.holdAfter(6_000);
    await run(page);
    await status(page, "running", "queued", "opening");
    const given = page.waitForRequest((request) => request.method() === "DELETE");
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.match((await given).url(), /\/api\/runs\/[^/]+\?ticket=/);
    await status(page, "cancelled");
    assert.ok(await page.getByRole("button", { name: /^Run/ }).isEnabled());
    page.clean(noAdapter);
  });

  test("Back and Forward walk through what was looked at", async () => {
    await runMovieSentiment(page);
    await heads(page).click();
    const { head, element } = await inspector(page);
    await page.goBack();
    await element.waitFor({ state: "hidden" });
    await page.goForward();
    assert.equal((await inspector(page)).head, head);
    await page.goBack();
    await page.goBack();
    await page.getByRole("heading", { level: 1 }).waitFor();
    page.clean(noAdapter);
  });

  test("the main job by keyboard alone", async () => {
    // enabled as soon as the experiment is checked
    await page.locator("button[type=submit]:enabled").waitFor();
    await page.keyboard.press("r");
    await status(page, "done");
    await heads(page).focus();
    for (const key of ["ArrowRight", "ArrowRight", "ArrowDown", "Enter"]) await page.keyboard.press(key);
    const { element, head } = await inspector(page);
    assert.equal(head, "L1H1");
    await page.keyboard.press("]");
    assert.equal(new URL(page.url()).searchParams.get("prompt"), "2");
    await page.keyboard.press("Escape");
    await element.waitFor({ state: "hidden" });
    page.clean(noAdapter);
  });
});
