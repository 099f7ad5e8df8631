import { createHash } from "node:crypto";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { defineConfig, type Plugin } from "vite";

const HERE = import.meta.dirname;

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sources(path) : [path];
  });
}

/** SHA-256 over what the page is built from; tests/review/test_page_assets.py sums the same way. */
function sourceHash(): string {
  const named = ["index.html", "package.json", "package-lock.json", "tsconfig.json", "vite.config.ts"];
  const paths = [...named.map((name) => join(HERE, name)), ...sources(join(HERE, "src"))];
  const sum = createHash("sha256");
  for (const path of paths.map((one) => relative(HERE, one).split(sep).join("/")).sort()) {
    sum.update(path).update("\0").update(readFileSync(join(HERE, path))).update("\0");
  }
  return sum.digest("hex");
}

function recordSource(): Plugin {
  return {
    name: "record-source",
    generateBundle() {
      this.emitFile({ type: "asset", fileName: "source.sha256", source: `${sourceHash()}\n` });
    },
  };
}

export default defineConfig({
  root: HERE,
  plugins: [recordSource()],
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: join(HERE, "../engine/review/page/dist"),
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rollupOptions: {
      output: { entryFileNames: "assets/app-[hash].js", assetFileNames: "assets/app-[hash][extname]" },
    },
  },
});
