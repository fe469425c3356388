// Pairs of prompts: a set with its options, a twin that is too long and put right, a token that gets a name.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { choose, run, status } from "./page.js";
import { stage } from "./stage.js";

const prompts = (page) => page.locator("#set");
const field = (page, name) => page.getByRole("textbox", { name: `Prompt 1, ${name}` });
const first = (page) => page.locator(".prompts .list > li").first();
/** The columns of a prompt and its twin: the texts of each, and the mark that says how they differ. */
const columns = (page) =>
  first(page)
    .locator(".beside li")
    .evaluateAll((items) =>
      items.map((item) => {
        const text = (part) => item.querySelector(part)?.textContent ?? "";
        return [text(".clean .tok"), text(".twin .tok"), text(".mark")];
      }),
    );

/** The result on the page as the HTTP interface has it. */
const result = (page) =>
  page.evaluate(async () => (await fetch(`/api/results/${location.pathname.split("/")[2]}`)).json());

describe("pairs", () => {
  let page;
  stage(async (on) => {
    ({ page } = on);
    await choose(page, "Activation patching");
  });

  test("a set makes twins by the code of its flip, and a wrong code says how to write it", async () => {
    await prompts(page).selectOption("ioi");
    const options = page.getByRole("group", { name: "Options of the set" });
    await options.getByLabel("How many").fill("3");
    await options.getByLabel("Corrupted names").fill("ABB");
    await options.getByLabel("Seed").fill("1");
    await page.getByRole("alert").filter({ hasText: "ABB->ABA" }).waitFor();
    await options.getByLabel("Corrupted names").fill("ABB->ABA");
    await options.getByLabel("Seed").focus();
    await first(page).locator(".beside .mark").first().waitFor();
    const differing = (await columns(page)).filter(([, , mark]) => mark);
    assert.equal(differing.length, 1, "only the second name of the subject is another one");
    assert.equal(differing[0][2], "≠");
    assert.notEqual(differing[0][0], differing[0][1]);
    assert.equal(await page.locator(".prompts .list > li").count(), 3);
  });

  test("a twin that is too long is refused where it stands, with what to take out", async () => {
    await prompts(page).selectOption({ label: "Own prompts" });
    await field(page, "text").fill("Then, Mary and John went to the store. John gave a ring to");
    await field(page, "answer").fill(" Mary");
    await field(page, "distractor").fill(" John");
    await field(page, "corrupted").fill("Then, Mary and John went to the old store. Mary gave a ring to");
    const alert = first(page).getByRole("alert");
    await alert.filter({ hasText: "token" }).waitFor();
    await first(page).getByText("take ` old` out").waitFor();
    assert.equal(await field(page, "corrupted").getAttribute("aria-invalid"), "true");
    const marked = (await columns(page)).filter(([, , mark]) => mark);
    assert.deepEqual(marked, [["", " old", "+"], [" John", " Mary", "≠"]]);

    await page.reload();
    await field(page, "corrupted").fill("Then, Mary and John went to the store. Mary gave a ring to");
    await alert.waitFor({ state: "detached" });
    assert.equal((await columns(page)).filter(([, , mark]) => mark).length, 1);
  });

  test("a token gets a name, which moves along with its word and goes with the experiment", async () => {
    await first(page).getByRole("button", { name: /^Name token \d+, Mary/ }).click();
    await page.getByLabel("Name of").fill("IO");
    await page.getByLabel("Name of").press("Enter");
    await first(page).locator(".name").getByText("IO").waitFor();
    for (const name of ["text", "corrupted"]) {
      const text = await field(page, name).inputValue();
      await field(page, name).fill(text.replace("Then", "Then, then"));
    }
    await first(page).locator(".beside li", { hasText: "IO" }).filter({ hasText: "Mary" }).waitFor();
    await run(page);
    await status(page, "done");
    const { experiment, events } = await result(page);
    const [{ text, corrupted, positions }] = experiment.prompts;
    assert.equal(text.slice(0, positions.IO + 1), "Then, then, Mary");
    assert.ok(corrupted.startsWith("Then, then, Mary and John"));
    const { tokens, corrupted: twin, positions: named } = events[0].prompts[0];
    assert.equal(tokens[named.IO], " Mary");
    assert.equal(twin.tokens.length, tokens.length);
    page.clean(/No available adapters/);
  });
});
