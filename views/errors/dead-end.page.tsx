// What a host that nobody serves shows: a title and a sentence. No style, script, name or link, since none of ours is served there.
import { raw } from "hono/html";
import { errorWords } from "./error-words.ts";

export type DeadEndPageProps = {
  status: number;
  requestId: string;
  /** Seconds until it is worth trying again. */
  wait?: number | undefined;
};

export function DeadEndPage({ status, requestId, wait }: DeadEndPageProps) {
  const { title, text } = errorWords(status, wait);
  return (
    <>
      {raw("<!doctype html>")}
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <meta name="robots" content="noindex" />
          <title>{title}</title>
        </head>
        <body>
          <main>
            <h1>{title}</h1>
            <p>{text}</p>
            <p>
              Request <code>{requestId}</code>
            </p>
          </main>
        </body>
      </html>
    </>
  );
}
