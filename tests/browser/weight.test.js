// What a first visitor downloads: the WebAssembly, which may only get lighter, and no Plotly.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

const dist = new URL("../../dist/", import.meta.url);
// What the page is to weigh, and what it weighs by now (341 KB) with room for the differences between compilers: lower
// the second with every saving, never raise it.
const aim = 250_000;
const limit = 370_000;

test("the WebAssembly gets no heavier", async (t) => {
  const modules = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".wasm"));
  assert.equal(modules.length, 1, `dist holds ${modules.join(", ") || "no WebAssembly"}`);
  const raw = await readFile(new URL(modules[0], dist));
  const compressed = brotliCompressSync(raw).length;
  t.diagnostic(`${modules[0]}: ${raw.length} bytes, ${compressed} after brotli, to be ${aim}`);
  assert.ok(compressed <= limit, `${compressed} bytes after brotli, the limit is ${limit}`);
});

test("the start page does not ask for Plotly", async () => {
  const scripts = (await readFile(new URL("index.html", dist), "utf8")).match(/<script[^>]*>/g) ?? [];
  // a type that no browser fetches: it only names the file that the first chart loads
  const fetched = scripts.filter((tag) => !/type="?text\/plain/.test(tag));
  assert.deepEqual(fetched.filter((tag) => /plotly/i.test(tag)), []);
});
