// Where views look up the address of a static file; the web layer fills it once at start, so that views need not know how files are served.

let urls: ReadonlyMap<string, string> = new Map();

/** Takes the address of every static file, by its name under `static/`. */
export function setAssets(map: ReadonlyMap<string, string>): void {
  urls = map;
}

/** The address of a static file, with its content hash; throws for a name that is not served. */
export function asset(name: string): string {
  const url = urls.get(name);
  if (url === undefined) throw new Error(`No asset is called ${name}. Were the assets loaded?`);
  return url;
}
