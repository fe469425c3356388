// What a person does on the page, in the words that are on it.

/** Runs what the form describes, from wherever it is shown. */
export const run = (page) => page.getByRole("button", { name: /^Run/ }).click();

/** Chooses an analysis by what its choice begins with. */
export const choose = (page, kind) => page.getByRole("radio", { name: new RegExp(`^${kind}`) }).check();

/** Waits until the run on the page is in one of these states, such as `done`. */
export const status = (page, ...names) =>
  page.locator(names.map((name) => `.status[data-status="${name}"]`).join()).waitFor();

/** Runs the film reviews, which the form of a first visitor holds, to their end. */
export async function runMovieSentiment(page) {
  await run(page);
  await status(page, "done");
}

/** Makes the experiment one that no example of the start page has asked for. */
export const withoutBos = (page) => page.getByRole("checkbox", { name: /Prepend/ }).uncheck();

/** Replaces the prompts by own ones, a line each, fields divided by tabs. */
export async function paste(page, lines) {
  await page.getByRole("button", { name: "Paste many" }).click();
  const dialog = page.getByRole("dialog", { name: "Paste many prompts" });
  await dialog.getByRole("textbox", { name: "Prompts, one a line" }).fill(lines);
  await dialog.getByRole("button", { name: "Replace" }).click();
}

/** The heads, to click on or to walk with the keyboard. */
export const heads = (page) => page.getByRole("application", { name: /^Head attribution/ });

/** The inspector, once its head's numbers have come, and the head's name. */
export async function inspector(page) {
  const element = page.getByRole("complementary", { name: "Inspector" });
  await element.locator('[data-inspector="head"][aria-busy="false"]').waitFor();
  return { element, head: await element.getByRole("heading", { level: 2 }).first().textContent() };
}

/** Presses Share and takes the link from the clipboard. */
export async function share(page) {
  await page.getByRole("button", { name: "Share" }).click();
  await page.getByText("Link copied").waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}
