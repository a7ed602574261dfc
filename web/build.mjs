// node build.mjs [FOLDER]: bundles the page's program and style with the libraries into FOLDER (bundle/).
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const folder = process.argv[2] ?? "bundle";
const common = { bundle: true, minify: true, charset: "utf8", legalComments: "none", write: false, logLevel: "warning" };

// What the bundle is made of, as tests/web/bundle.py counts it too: names and bytes.
export const sources = ["build.mjs", "package.json", "package-lock.json",
  ...["colours", "data", "dom", "main", "molecule", "nearest", "panels", "plain_molecule", "plane", "points", "profile", "scatter", "views"].map((name) => `src/${name}.js`),
  "src/page.css"];

const script = await build({ ...common, entryPoints: ["src/main.js"], format: "iife", target: "es2022", metafile: true });
const style = await build({ ...common, entryPoints: ["src/page.css"] });
// No address stands in the page: nothing of it needs a network.
const text = script.outputFiles[0].text.replace(/(https?):\/\//g, "$1:\\/\\/");

const packages = [...new Set(Object.keys(script.metafile.inputs).flatMap((path) => path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)/)?.[1] ?? []))].sort();
// What 3Dmol's own bundle holds.
const inside = ["iobuffer", "netcdfjs", "pako", "upng-js"];
const licence = (name) => {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "LICENCE"].map((f) => `node_modules/${name}/${f}`).find((f) => { try { return readFileSync(f); } catch { return false; } });
  return `${name} ${version} (${license})\n\n${file ? readFileSync(file, "utf8").trim() : ""}\n`;
};
const rule = `\n${"-".repeat(78)}\n\n`;

const hash = createHash("sha256");
for (const name of sources) hash.update(`${name}\n`).update(readFileSync(name));

mkdirSync(folder, { recursive: true });
writeFileSync(`${folder}/landscape.js`, text);
writeFileSync(`${folder}/landscape.css`, style.outputFiles[0].text);
writeFileSync(`${folder}/LICENSES.txt`, `The interactive page holds these libraries.\n${rule}${[...packages, ...inside].map(licence).join(rule)}`);
writeFileSync(`${folder}/SOURCES.sha256`, `${hash.digest("hex")}\n`);
