// What a reader sees of the figures, and how they are compared with what the server has.

import assert from "node:assert/strict";

/** The figures of an attribution that the page shows as tables on request. */
export const names = ["logit_diff", "logit_lens", "layer_attribution", "head_attribution"];

/** A number as the page writes it, with a typographic minus. */
export const number = (text) => Number(text.replaceAll("−", "-").replace("+", ""));

export const figure = (page, name) => page.locator(`[data-figure="${name}"]`);

/**
 * A figure's table: titles and rows of texts, the row's label first. Shown if it was not, and left as it was.
 */
export async function table(page, name) {
  const shown = figure(page, name);
  const button = shown.getByRole("button", { name: "Show as a table" });
  const was = (await button.getAttribute("aria-pressed")) === "true";
  if (!was) await button.click();
  const cells = shown.getByRole("table");
  await cells.waitFor();
  const read = await cells.evaluate((element) => {
    const texts = (row) => [...row.cells].map((cell) => cell.textContent);
    return { columns: texts(element.tHead.rows[0]), rows: [...element.tBodies[0].rows].map(texts) };
  });
  if (!was) await button.click();
  return read;
}

/** All the tables of an attribution, by name. */
export async function tables(page) {
  const all = {};
  for (const name of names) all[name] = await table(page, name);
  return all;
}

/** The finished result as the HTTP interface has it: figures by name. */
export async function stored(page) {
  const id = new URL(page.url()).pathname.match(/^\/r\/([^/]+)$/)[1];
  const result = await page.evaluate(async (id) => (await fetch(`/api/results/${id}`)).json(), id);
  const figures = result.events.filter((event) => event.event === "figure");
  return { id, ...result, figures: Object.fromEntries(figures.map((event) => [event.name, event])) };
}

/** Fails unless the tables show the stored numbers, to the digits shown. */
export function sameNumbers(tables, figures) {
  for (const name of names) {
    const { columns, rows } = tables[name];
    const wanted = figures[name];
    if (wanted.kind === "line") {
      for (const { name: series, y } of wanted.series) {
        close(rows.map((row) => row[columns.indexOf(series)]), y, `${name} ${series}`);
      }
    } else {
      const width = wanted.columns.length;
      close(rows.flatMap((row) => row.slice(1, 1 + width)), wanted.values, name);
    }
  }
}

function close(shown, wanted, what) {
  assert.equal(shown.length, wanted.length, `${what}: as many numbers as the server has`);
  shown.forEach((text, i) => {
    if (wanted[i] === null) return assert.equal(text, "", `${what}[${i}] is masked`);
    assert.ok(Math.abs(number(text) - wanted[i]) <= 1e-4, `${what}[${i}]: ${text} is shown for ${wanted[i]}`);
  });
}
