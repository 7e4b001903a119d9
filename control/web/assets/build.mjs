// Builds ../static: names carry the hash of their content, manifest.json says which is which and what they were made of.
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] || join(here, "..", "static");
const SOURCES = ["app.css", "app.js", "build.mjs", "live.js", "package-lock.json", "package.json", "palette.js", "passkey.js", "plot.js"];
const hash = (bytes, length = 64) => createHash("sha256").update(bytes).digest("hex").slice(0, length);

// What the style sheet depends on of the templates: the words in quotes, texts for people left out.
function classes(folder, found = new Set()) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) classes(path, found);
    else if (name.endsWith(".html")) {
      for (const [, inside] of readFileSync(path, "utf8").matchAll(/(?<!_\()"([^"\n]*)"/g)) {
        for (const word of inside.match(/[^\s"'<>{}()]+/g) || []) found.add(word);
      }
    }
  }
  return found;
}

const parts = SOURCES.map((name) => `${name}:${hash(readFileSync(join(here, name)))}`);
parts.push(`classes:${hash([...classes(join(here, "..", "templates"))].sort().join("\n"))}`);

const work = mkdtempSync(join(tmpdir(), "hcc-assets-"));
try {
  execFileSync(join(here, "node_modules/.bin/tailwindcss"), ["-i", "app.css", "-o", join(work, "app.css"), "--minify"], {
    cwd: here,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const made = await build({
    absWorkingDir: here,
    entryPoints: ["app.js"],
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2022",
    minify: true,
    legalComments: "none",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    outdir: work,
    write: false,
  });
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) if (/\.(css|js)$/.test(name)) rmSync(join(out, name));
  const css = readFileSync(join(work, "app.css"));
  const files = { "app.css": `app-${hash(css, 8)}.css` };
  writeFileSync(join(out, files["app.css"]), css);
  for (const file of made.outputFiles) {
    const name = file.path.split("/").pop();
    writeFileSync(join(out, name), file.contents);
    files[name.replace(/-[A-Z0-9]{8}\.js$/, ".js")] = name;
  }
  const sorted = Object.fromEntries(Object.entries(files).sort());
  writeFileSync(join(out, "manifest.json"), `${JSON.stringify({ files: sorted, sources: hash(parts.join("\n")) }, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true });
}
