// A standalone production build; pg stays an ordinary package, and nothing above bench/peers belongs to it.
import path from "node:path";

const root = path.join(import.meta.dirname, "../..");
export default {
  output: "standalone",
  outputFileTracingRoot: root,
  turbopack: { root },
  serverExternalPackages: ["pg"],
};
