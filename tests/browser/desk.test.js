// What surrounds the figures: the models, files of prompts, and what one takes away.

import assert from "node:assert/strict";
import { open as openFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { runMovieSentiment } from "./page.js";
import { stage } from "./stage.js";

const file = (name, text) => ({ name, mimeType: "text/plain", buffer: Buffer.from(text) });

describe("the desk", () => {
  let data, page;
  stage(async (on) => {
    ({ data, page } = on);
    await runMovieSentiment(page);
  });

  test("the list of models says what is in memory, and a model can be unloaded", async () => {
    await page.getByRole("button", { name: "All models" }).click();
    const dialog = page.getByRole("dialog", { name: "Models" });
    const demo = dialog.getByRole("row", { name: /demo(?!-)/ });
    await demo.getByText("4 × 8 · d_model 256").waitFor();
    await demo.getByRole("button", { name: "Unload" }).click();
    await demo.getByRole("button", { name: "Load", exact: true }).waitFor();
    const [listed] = await page.evaluate(async () => (await fetch("/api/models")).json());
    assert.deepEqual(listed.loaded, []);
    await dialog.getByRole("button", { name: "Close" }).click();
  });

  test("a file of prompts is shown before it is taken, with what is wrong by row", async () => {
    await page.getByRole("button", { name: /^Paste many/ }).click();
    const dialog = page.getByRole("dialog", { name: "Paste many prompts" });
    const input = dialog.locator("input[type=file]");
    await input.setInputFiles(file("prompts.csv", "answer\n great\n"));
    await dialog.getByRole("alert").filter({ hasText: "text" }).waitFor();
    await input.setInputFiles(file("prompts.csv", 'text,answer\n"The film, it was", great\n,x\nThe end was, good\n'));
    await dialog.getByText("2 prompts", { exact: true }).waitFor();
    await dialog.getByText(/Row 2, text/).waitFor();
    await dialog.getByRole("button", { name: "Replace" }).click();
    const texts = page.locator(".experiment .short");
    await texts.nth(1).waitFor();
    assert.equal(await texts.count(), 2);
  });

  test("a file of 2 GB and a Parquet file without the columns are refused in words, before and after they are sent", async () => {
    const huge = join(data.path, "huge.csv");
    const handle = await openFile(huge, "w");
    await handle.truncate(2e9);
    await handle.close();
    await page.getByRole("button", { name: /^Paste many/ }).click();
    const dialog = page.getByRole("dialog", { name: "Paste many prompts" });
    const input = dialog.locator("input[type=file]");
    const sent = [];
    page.on("request", (request) => sent.push(request.url()));
    await input.setInputFiles(huge);
    await dialog.getByRole("alert").filter({ hasText: /MB/ }).waitFor();
    assert.ok(!sent.some((address) => address.includes("/api/prompts")), `it was sent: ${sent}`);
    await input.setInputFiles(new URL("../http/prompt_files/other-columns.parquet", import.meta.url).pathname);
    await dialog.getByRole("alert").filter({ hasText: /text/ }).waitFor();
    await dialog.getByRole("button", { name: "Cancel" }).click();
  });

  test("a figure comes with its file and its Python, a result as one page", async () => {
    const figure = page.locator('[data-figure="layer_attribution"]');
    const menu = async () => figure.locator("summary", { has: page.locator("svg") }).click();
    await menu();
    const [download] = await Promise.all([page.waitForEvent("download"), figure.getByRole("link", { name: "CSV" }).click()]);
    assert.match(download.suggestedFilename(), /layer_attribution.*\.csv$/);
    await menu();
    await figure.getByRole("button", { name: "Copy as TransformerLens" }).click();
    await figure.getByText("Copied").waitFor();
    const python = await page.evaluate(() => navigator.clipboard.readText());
    assert.match(python, /transformer_lens/);

    await page.getByText("Export", { exact: true }).click();
    const [whole] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "One HTML file" }).click()]);
    assert.match(whole.suggestedFilename(), /\.html$/);
    const [method] = await Promise.all([
      page.context().waitForEvent("page"),
      figure.getByRole("link", { name: "Method" }).click(),
    ]);
    await method.getByRole("heading", { level: 1 }).waitFor();
    assert.match(method.url(), /\/docs\/attribution$/);
  });

  test("a result says in what it was computed, and the form of one in bf16 keeps it", async () => {
    await page.locator("[data-status=done]").getByText("f32 on cpu").waitFor();
    const bf16 = page.getByRole("checkbox", { name: "Products in bf16" });
    assert.equal(await bf16.count(), 0, "on a CPU it is not offered");
    const id = await page.evaluate(async () => {
      const experiment = { model: "demo", precision: "bf16", prompts: { set: "movie-sentiment" }, analysis: { kind: "attribution" } };
      const accepted = await fetch("/api/runs", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(experiment),
      });
      const { id } = await accepted.json();
      await (await fetch(`/api/runs/${id}/events?from=0`)).text();
      return id;
    });
    await page.goto(`/r/${id}`);
    await page.locator("[data-status=done]").getByText("bf16 on cpu").waitFor();
    await bf16.waitFor();
    assert.ok(await bf16.isChecked());
  });

  test("the page never complained", () => page.clean(/No available adapters/, /400 \(Bad Request\)/));
});
