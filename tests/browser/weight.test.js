// What a first visitor downloads before the page is there: its WebAssembly, without the modules that come later, and
// no Plotly.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";

const dist = new URL("../../dist/", import.meta.url);
const limit = 250_000;
const html = await readFile(new URL("index.html", dist), "utf8");

test("the page starts with a light WebAssembly module", async (t) => {
  const modules = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".wasm"));
  const sizes = new Map();
  for (const name of modules) sizes.set(`/${name}`, brotliCompressSync(await readFile(new URL(name, dist))).length);
  for (const [name, size] of sizes) t.diagnostic(`${name}: ${size} bytes after brotli`);

  const [first, ...more] = [...sizes.keys()].filter((name) => html.includes(name));
  assert.ok(first && more.length === 0, `the page asks for ${[first, ...more].join(", ")}`);
  assert.ok(sizes.get(first) <= limit, `${sizes.get(first)} bytes after brotli, the limit is ${limit}`);
});

test("the start page does not ask for Plotly", () => {
  const scripts = html.match(/<script[^>]*>/g) ?? [];
  // a type that no browser fetches: it only names the file that the first chart loads
  const fetched = scripts.filter((tag) => !/type="?text\/plain/.test(tag));
  assert.deepEqual(fetched.filter((tag) => /plotly/i.test(tag)), []);
});
